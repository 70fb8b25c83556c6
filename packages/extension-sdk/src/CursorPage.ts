/** One page of a list that is read by cursor. */
export interface CursorPage<Item> {
  /** At most `pageSize`; empty where nothing matches any more. */
  readonly items: ReadonlyArray<Item>
  /** How many match on all pages, from the same snapshot as `items`; null where `withTotal` did not ask for it. */
  readonly totalCount: number | null
  /** What to give as `after` for the next page; null after the last one. Opaque text, good for the same filters. */
  readonly next: string | null
}
