import type { OrderTable } from "./order.ts"

const blocks: ReadonlyArray<readonly [number, number]> = [
  [0x20, 0x24f],
  [0x300, 0x33f],
  [0x370, 0x3ff],
  [0x400, 0x4ff],
  [0x1e00, 0x1eff],
  [0x2010, 0x205e],
  [0x20a0, 0x20bf],
  [0x2116, 0x2122]
]

const scripts: Readonly<Record<string, string>> = { Jpan: "Hira Kana Hani", Hans: "Hani", Hant: "Hani", Kore: "Hang" }

const lettersOf = (locale: string): ReadonlyArray<string> => {
  const script = new Intl.Locale(locale).maximize().script ?? "Latn"
  const names = (scripts[script] ?? script).split(" ")
  const own = new RegExp(names.map((name) => `\\p{Script=${name}}`).join("|"), "u")
  const letters: Array<string> = []
  for (let point = 0x20; point < 0xfff0; point++) {
    if (point >= 0xd800 && point < 0xf900) continue
    const letter = String.fromCodePoint(point)
    const isCommon = blocks.some(([from, to]) => point >= from && point <= to)
    if ((isCommon && /\P{Cn}/u.test(letter)) || own.test(letter)) letters.push(letter)
  }
  return letters.filter((letter) => letter.normalize("NFC") === letter)
}

/** Groups neighbours that count as the same by this comparison. */
const neighbours = (sorted: ReadonlyArray<string>, compare: (a: string, b: string) => number): Array<Array<string>> => {
  const groups: Array<Array<string>> = []
  for (const text of sorted) {
    const last = groups.at(-1)
    if (last !== undefined && compare(last[0] ?? "", text) === 0) last.push(text)
    else groups.push([text])
  }
  return groups
}

const latin = [..."abcdefghijklmnopqrstuvwxyz"]
/** Croatian counts dž as one letter. */
const seconds = [...latin, "ž"]
const cased = (pair: string): ReadonlyArray<string> => [
  ...new Set([pair, (pair[0] ?? "").toUpperCase() + pair.slice(1), pair.toUpperCase()])
]

/** Reads from `Intl` how a locale orders texts of its own script, and of Latin, Greek and Cyrillic letters. */
export const readOrder = (locale: string): OrderTable => {
  const collator = (sensitivity: "base" | "accent" | "variant") => new Intl.Collator(locale, { sensitivity }).compare
  const [byLetter, byAccent, byForm] = [collator("base"), collator("accent"), collator("variant")]
  const all = lettersOf(locale)
  const ignored = all.filter((letter) => byForm(letter, "") === 0)
  const marks = all.filter((letter) => byLetter(letter, "") === 0 && !ignored.includes(letter)).toSorted(byForm)
  const spelled: Record<string, string> = {}
  const pairs = latin.flatMap((first) => seconds.map((second) => first + second))
  for (const letter of all.filter((one) => /\p{L}/u.test(one) && one.normalize("NFKD").length === 1)) {
    const pair = /\p{Script=Latin}/u.test(letter) ? pairs.find((two) => byLetter(letter, two) === 0) : undefined
    if (pair !== undefined) spelled[letter] = letter === letter.toLowerCase() ? pair : pair.toUpperCase()
  }
  for (const letter of all) {
    const whole = letter.normalize("NFKD").replace(/\p{M}/gu, "")
    if (whole.length > 1 && byLetter(letter, whole) === 0) spelled[letter] = whole
  }
  // Two letters that count as one come behind everything that begins with the first, or before it.
  const asOne = pairs.filter((pair) => byLetter(pair, `${pair[0]}\uffff`) > 0 || byLetter(pair, pair[0] ?? "") < 0)
  const single = all.filter((one) => !(one in spelled) && !marks.includes(one) && !ignored.includes(one))
  const sorted = [...single, ...asOne.flatMap(cased)].toSorted((a, b) => byLetter(a, b) || byForm(a, b))
  const letters = neighbours(sorted, byLetter).map((forms) =>
    neighbours(forms.toSorted(byForm), byAccent)
      .map((cases) => cases.join("\n"))
      .join("\t")
  )
  return { letters, spelled, marks: marks.join(""), ignored: ignored.join("") }
}
