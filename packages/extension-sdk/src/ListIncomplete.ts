/**
 * An iteration over all pages that stopped because it may make no more host calls. What it gave until then is right.
 *
 * @example
 * ```ts
 * import { ListIncomplete } from "@alga-psa/ext-extension-sdk"
 *
 * const message = (error: unknown) =>
 *   error instanceof ListIncomplete ? `${error.given} of ${error.totalCount}: search for less` : "failed"
 * console.log(message(new ListIncomplete("clients.all", 50_000, 70_000)))
 * ```
 */
export class ListIncomplete extends Error {
  override readonly name = "ListIncomplete"
  readonly operation: string
  /** How many records it gave. */
  readonly given: number
  /** How many records match. */
  readonly totalCount: number

  constructor(operation: string, given: number, totalCount: number) {
    super(
      `${operation}: ${given} of ${totalCount} records were given, and maxCalls allows no more calls: search for less, or raise it`
    )
    this.operation = operation
    this.given = given
    this.totalCount = totalCount
  }
}
