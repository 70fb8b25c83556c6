import { Effect, Schema } from "effect"
import { carriedResponse } from "../../CarriedResponse.ts"
import { ExecuteResponse } from "../../Execute.ts"
import { ExecutionFailed, type ExecutionFailedReason } from "../../ExecutionFailed.ts"
import type { HostCall } from "../../HostCall.ts"
import type { Limits } from "../../Limits.ts"
import { readArguments } from "../imports/worldTypes.ts"
import { type GuestMessage, isRefusal } from "./GuestMessage.ts"
import { logLine } from "./logLine.ts"
import { TooManyValues, TooMuchText, type ValueReader } from "./ValueReader.ts"
import { valueReader } from "./valueType.ts"

type Call = Extract<GuestMessage, { readonly type: "call" }>

const detailBytes = 500

const failure = (reason: ExecutionFailedReason, detail: string) => new ExecutionFailed({ reason, detail })

/** Reads a value to its end, or says why the guest's is refused. */
const read = <A>(reader: ValueReader, value: () => A, refuse: (error: Error) => ExecutionFailed) => {
  try {
    const result = value()
    reader.end()
    return result
  } catch (error) {
    if (isRefusal(error)) return refuse(error)
    throw error
  }
}

const refusedResponse = (error: Error): ExecutionFailed => {
  if (error instanceof TooManyValues) return failure("response-header-limit", "too many headers")
  if (error instanceof TooMuchText) return failure("response-headers-too-large", "too many bytes")
  return failure("response-invalid", logLine(error.message, detailBytes))
}

const responseValue = valueReader(ExecuteResponse)
const decodeResponse = Schema.decodeUnknownEffect(ExecuteResponse)
/** Values of one header, and those of a response beside its headers, with room for options of a newer world. */
const headerValues = 3
const otherValues = 64

/** The response in a guest's last message to a request of this method, held to the limits and to what HTTP can carry. */
export const readResponse = Effect.fnUntraced(function* (reader: ValueReader, limits: Limits, method: string) {
  const bounds = { values: limits.headers * headerValues + otherValues, text: limits.headerBytes }
  const value = read(reader, () => responseValue(reader.bound(bounds)), refusedResponse)
  if (value instanceof ExecutionFailed) return yield* value
  const answer = yield* Effect.mapError(decodeResponse(value), () =>
    failure("response-invalid", "not an HTTP response")
  )
  const bytes = answer.body?.byteLength ?? 0
  if (bytes > limits.responseBodyBytes) return yield* failure("response-too-large", `${bytes} bytes`)
  if (answer.headers.length > limits.headers) {
    return yield* failure("response-header-limit", `${answer.headers.length} headers`)
  }
  return carriedResponse(answer, method) ?? (yield* failure("response-invalid", "more than one set-cookie"))
})

/** A call with its arguments, as the types of the world have them, and how many values they are. */
export interface CallRead {
  readonly call: HostCall
  readonly values: number
}

/** Reads a call's arguments, of at most `left` values and those of the limit. */
export const readCall = (
  { args, function: member, interface: name }: Call,
  limits: Limits,
  left: number
): CallRead | ExecutionFailed => {
  const readOf = readArguments(name, member)
  if (readOf === undefined) return failure("protocol", "a function that the world does not have")
  const most = Math.min(limits.hostCallValues, left)
  const refuse = (error: Error): ExecutionFailed => {
    if (!(error instanceof TooManyValues)) return failure("protocol", logLine(error.message, detailBytes))
    return most < limits.hostCallValues
      ? failure("too-many-values-in-all", `more than ${limits.hostCallTotalValues} values`)
      : failure("too-many-values", `more than ${limits.hostCallValues} values`)
  }
  const value = (): CallRead => {
    const values = readOf(args.bound({ values: most, text: limits.hostCallBytes })) as ReadonlyArray<unknown>
    return { call: { interface: name, function: member, args: values }, values: most - args.valuesLeft() }
  }
  return read(args, value, refuse)
}
