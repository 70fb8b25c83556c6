import { HostError } from "../HostError.ts"
import { hostCall } from "./hostCall.ts"
import type { Lower } from "./lower.ts"

const expressible = <A>(lower: Lower<A>, input: unknown): A | null => {
  try {
    return lower(input, "input")
  } catch {
    return null
  }
}

/**
 * A list whose order of checks stays the host's: an input that the world cannot express (a page of 1.5, an unknown
 * enum case) goes out as page 0, which the host refuses after it has checked capability and rights.
 */
export const listCall =
  <Input extends object, Answer>(
    operation: string,
    lower: Lower<Input>,
    list: (input: Input | { readonly page: number }) => Answer
  ) =>
  async (input: unknown): Promise<Answer> => {
    const lowered = expressible(lower, input ?? {})
    const answer = hostCall(operation, () => list(lowered ?? { page: 0 }))
    if (lowered === null) throw new HostError(operation, "invalid-input")
    return answer
  }

/** The same for one record: an id that is no text goes out as an empty one. */
export const getCall =
  <Answer>(operation: string, get: (id: string) => Answer) =>
  async (id: unknown): Promise<Answer> => {
    const valid = typeof id === "string"
    const answer = hostCall(operation, () => get(valid ? id.toWellFormed() : ""))
    if (!valid) throw new HostError(operation, "invalid-input")
    return answer
  }
