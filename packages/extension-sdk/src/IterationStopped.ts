/** Why an iteration over all pages stopped before the last one. */
export type IterationStoppedReason = "max-calls" | "cursor-repeats"

const because: Readonly<Record<IterationStoppedReason, string>> = {
  "max-calls": "maxCalls allows no more calls: search for less, or raise it",
  "cursor-repeats": "a page leads back to an earlier one, so there would be no end"
}

/**
 * An iteration by cursor that stopped before the last page. What it gave until then is right.
 *
 * @example
 * ```ts
 * import { IterationStopped } from "@alga-psa/ext-extension-sdk"
 *
 * const message = (error: unknown) =>
 *   error instanceof IterationStopped ? `only the first ${error.given}: search for less` : "failed"
 * console.log(message(new IterationStopped("clientsV2.all", "max-calls", 50_000)))
 * ```
 */
export class IterationStopped extends Error {
  override readonly name = "IterationStopped"
  readonly operation: string
  readonly reason: IterationStoppedReason
  /** How many records it gave. */
  readonly given: number

  constructor(operation: string, reason: IterationStoppedReason, given: number) {
    super(`${operation}: ${given} records were given, and ${because[reason]}`)
    this.operation = operation
    this.reason = reason
    this.given = given
  }
}
