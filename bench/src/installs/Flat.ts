/** How much a line through values rises from the first to the last, as a share of their mean: the least squares, places even. */
export const riseOf = (values: ReadonlyArray<number>): number => {
  const { length } = values
  const mean = values.reduce((sum, value) => sum + value, 0) / length
  const middle = (length - 1) / 2
  const spread = values.reduce((sum, _, at) => sum + (at - middle) ** 2, 0)
  const slope = values.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0) / spread
  return (slope * (length - 1)) / mean
}
