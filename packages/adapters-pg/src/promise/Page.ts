/** One page of a list. */
export interface Page<Summary> {
  readonly items: ReadonlyArray<Summary>
  /** How many match on all pages, in the same snapshot as `items`; null where it was not asked for. */
  readonly totalCount: number | null
  /** What to give as `after` for the next page; null after the last. */
  readonly next: string | null
}

/**
 * One page of a list whose pages have numbers, as a resource with one edition has it.
 *
 * @public
 */
export interface NumberedPage<Summary> {
  readonly items: ReadonlyArray<Summary>
  /** How many match on all pages, in the same snapshot as `items`. */
  readonly totalCount: number
  readonly page: number
  readonly pageSize: number
}

/** What `list` takes but a total. `pageSize` is how many one statement reads. Default: 100. */
export type AllInput<ListInput> = Omit<ListInput, "withTotal">
