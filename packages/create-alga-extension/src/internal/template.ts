/** What a template keeps: lines from `@if part` to `@end` stay where `part` is one of these. */
export type Parts = ReadonlySet<string>

/** Leaves out the parts that were not chosen, and puts values where the text says `__KEY__`. */
export const fill = (text: string, parts: Parts, values: Readonly<Record<string, string>>): string => {
  let isKept = true
  const kept = text.split("\n").filter((line) => {
    const [, part] = /@if (\w+)/.exec(line) ?? []
    const isEnd = /@end\b/.test(line)
    if (part !== undefined) isKept = parts.has(part)
    if (isEnd) isKept = true
    return isKept && part === undefined && !isEnd
  })
  return kept.join("\n").replaceAll(/__([A-Z]+)__/g, (whole, key: string) => values[key] ?? whole)
}
