/** Draws places from 0 on by a Zipf law with the exponent 1: the second is drawn half as often as the first. */
export const zipf = (count: number, next: () => number): (() => number) => {
  let sum = 0
  const sums = Array.from({ length: count }, (_, at) => {
    sum += 1 / (at + 1)
    return sum
  })
  return () => {
    const drawn = next() * sum
    const at = sums.findIndex((upTo) => drawn < upTo)
    return at < 0 ? count - 1 : at
  }
}
