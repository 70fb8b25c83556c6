import { InvalidInput, NotAllowed, NotOffered } from "@alga-psa/ext-domain"
import { type HostReply, ok } from "../../HostCall.ts"

/** Makes a result that says that nothing was done, with an error text and a JSON object of field names to messages. */
type NotDone = (error: string, fieldErrors?: string | null) => object

const sentence = (message: string): string => message.charAt(0).toUpperCase() + message.slice(1)

const unknownOutcome = "the answer was lost, and it is unknown whether this was done"

/** What an error is to the guest where the function's result is a record without error cases. */
export const refusalIn =
  (notDone: NotDone) =>
  (failure: { readonly code: string; readonly cause?: unknown; readonly mayBeDone?: boolean }): HostReply => {
    if (failure instanceof NotAllowed) return ok(notDone("denied"))
    if (failure.cause instanceof NotOffered) return ok(notDone(failure.cause.message))
    if (failure.mayBeDone === true) return ok(notDone(`${failure.code}: ${unknownOutcome}`))
    if (!(failure instanceof InvalidInput)) return ok(notDone(failure.code))
    const message = sentence(failure.message)
    return ok(notDone(message, JSON.stringify({ [failure.field]: message })))
  }
