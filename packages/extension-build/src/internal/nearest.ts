/** How many letters must be put in, taken out or changed to make one text of the other. */
const distance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, at) => at)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const change = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** The name that someone most likely meant, or null where none is near: at most a third of it differs. */
export const nearest = (written: string, known: ReadonlyArray<string>): string | null => {
  const [best] = known
    .map((name) => ({ name, far: distance(written, name) }))
    .sort((left, right) => left.far - right.far)
  return best !== undefined && best.far <= Math.ceil(best.name.length / 3) ? best.name : null
}
