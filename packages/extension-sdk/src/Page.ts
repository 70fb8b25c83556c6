/** One page of a list. `totalCount` counts what matches on all pages, from the same snapshot as `items`. */
export interface Page<Item> {
  /** At most `pageSize`; empty past the last page. */
  readonly items: ReadonlyArray<Item>
  readonly totalCount: number
  /** 1 to 10,000. */
  readonly page: number
  /** 1 to 100. */
  readonly pageSize: number
}
