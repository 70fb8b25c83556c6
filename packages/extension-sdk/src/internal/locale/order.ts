/** How a locale orders texts: every letter, or group of letters that counts as one, in its place. */
export interface OrderTable {
  /**
   * Letters in order. Those that differ in an accent are parted by a tab, those that differ in case alone by a line feed; each
   * element is one letter of the alphabet with all its forms.
   */
  readonly letters: ReadonlyArray<string>
  /** Letters that count as several, with these. */
  readonly spelled: Readonly<Record<string, string>>
  /** Marks that count after all else, in order. */
  readonly marks: string
  /** Letters that do not count at all. */
  readonly ignored: string
}

interface Weight {
  readonly letter: number
  readonly accent: number
  readonly form: number
}

const beyond = 1_000_000
const ofMarks = 1_000
const ofSpelled = 500

/** StarlingMonkey cannot compose letters: there, texts are taken as composed already. */
const composed = (text: string): string => ("normalize" in String.prototype ? text.normalize("NFC") : text)

/** Reads a table into a function that compares two texts. */
export const comparer = (table: OrderTable): ((a: string, b: string) => number) => {
  const weights = new Map<string, ReadonlyArray<Weight>>()
  let longest = 1
  for (const [letter, forms] of table.letters.entries()) {
    for (const [accent, cases] of forms.split("\t").entries()) {
      for (const [form, text] of cases.split("\n").entries()) {
        weights.set(text, [{ letter: letter + 1, accent, form }])
        longest = Math.max(longest, text.length)
      }
    }
  }
  for (const [at, mark] of [...table.marks].entries()) weights.set(mark, [{ letter: 0, accent: ofMarks + at, form: 0 }])
  for (const one of table.ignored) weights.set(one, [])
  for (const [text, as] of Object.entries(table.spelled)) {
    const spelled = [...as].flatMap((one) => weights.get(one) ?? [])
    weights.set(
      text,
      spelled.map((weight) => ({ ...weight, accent: weight.accent + ofSpelled }))
    )
  }

  const weightsOf = (text: string): ReadonlyArray<Weight> => {
    const found: Array<Weight> = []
    for (let at = 0; at < text.length; ) {
      let length = Math.min(longest, text.length - at)
      while (length > 1 && !weights.has(text.slice(at, at + length))) length -= 1
      const point = text.codePointAt(at) ?? 0
      const one = length > 1 ? text.slice(at, at + length) : String.fromCodePoint(point)
      found.push(...(weights.get(one) ?? [{ letter: beyond + point, accent: 0, form: 0 }]))
      at += one.length
    }
    return found
  }

  const level = (a: ReadonlyArray<Weight>, b: ReadonlyArray<Weight>, of: (weight: Weight) => number): number => {
    for (let at = 0; at < Math.max(a.length, b.length); at++) {
      const [first, second] = [a[at], b[at]]
      const by = (first === undefined ? -1 : of(first)) - (second === undefined ? -1 : of(second))
      if (by !== 0) return by < 0 ? -1 : 1
    }
    return 0
  }
  const counted = (found: ReadonlyArray<Weight>) => found.filter(({ letter }) => letter > 0)

  return (left, right) => {
    if (left === right) return 0
    const [a, b] = [left, right].map((text) => weightsOf(composed(text)))
    if (a === undefined || b === undefined) return 0
    return (
      level(counted(a), counted(b), ({ letter }) => letter) ||
      level(a, b, ({ accent }) => accent) ||
      level(a, b, ({ form }) => form)
    )
  }
}
