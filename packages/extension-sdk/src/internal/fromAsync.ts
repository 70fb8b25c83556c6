type Items = AsyncIterable<unknown> | Iterable<unknown> | ArrayLike<unknown>

const isIterable = (items: Items): items is AsyncIterable<unknown> | Iterable<unknown> =>
  Symbol.asyncIterator in items || Symbol.iterator in items

/** `Array.fromAsync` over promises that the component runs itself: that of an engine waits for ever. */
export const fromAsync = async (
  items: Items,
  change?: (value: unknown, at: number) => unknown,
  self?: unknown
): Promise<Array<unknown>> => {
  const values: Array<unknown> = []
  for await (const value of isIterable(items) ? items : Array.from(items)) {
    values.push(change === undefined ? value : await change.call(self, value, values.length))
  }
  return values
}
