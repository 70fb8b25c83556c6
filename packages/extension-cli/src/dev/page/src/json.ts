const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** JSON with a line for each value, and every number and text as it was written. Any other text stays as it is. */
export const indented = (text: string): string => {
  if (!isJson(text)) return text
  const tokens = text.match(token) ?? []
  let depth = 0
  const line = () => `\n${"  ".repeat(depth)}`
  return tokens
    .map((one, at) => {
      const [before, next] = [tokens[at - 1] ?? "", tokens[at + 1] ?? ""]
      if (one === ",") return `,${line()}`
      if (one === ":") return ": "
      if (/^[{[]$/.test(one)) {
        if (/^[}\]]$/.test(next)) return one
        depth += 1
        return `${one}${line()}`
      }
      if (/^[}\]]$/.test(one)) {
        if (/^[{[]$/.test(before)) return one
        depth -= 1
        return `${line()}${one}`
      }
      return one
    })
    .join("")
}

const number = /^-?\d[\d.eE+-]*n?$/

/** JSON on one line as parts that a line may break between; a number is a part that stays whole. */
export const parts = (text: string): ReadonlyArray<{ readonly text: string; readonly whole: boolean }> =>
  (text.match(/"(?:[^"\\]|\\.)*"?|[{}[\],:\s]+|[^\s{}[\],:"]+/g) ?? []).map((one) => ({
    text: one,
    whole: number.test(one)
  }))
