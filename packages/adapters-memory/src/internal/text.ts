import { Uuid } from "@alga-psa/ext-domain/Identifiers"
import { Schema } from "effect"

/** Lower case, one code point for one code point, as a database's simple case mapping does. */
export const lower = (text: string): string =>
  Array.from(text, (char) => Array.from(char.toLowerCase())[0] ?? char).join("")

/** Compares by code point, which UTF-16 order is not beyond U+FFFF. */
export const byCodePoint = (left: string, right: string): number => {
  const a = Array.from(left)
  const b = Array.from(right)
  for (let at = 0; at < a.length && at < b.length; at++) {
    const difference = (a[at]?.codePointAt(0) ?? 0) - (b[at]?.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

const isUuid = Schema.is(Schema.toEncoded(Uuid))

/** For searches: σ and ς, which ends a word, are one letter. */
const folded = (text: string): string => lower(text).replaceAll("ς", "σ")

/** Whether any of the texts holds the term without regard to case, or the id is the term. */
export const matches = (term: string, id: string, texts: ReadonlyArray<string | null>): boolean => {
  const wanted = folded(term)
  return (isUuid(term) && wanted === id) || texts.some((text) => text !== null && folded(text).includes(wanted))
}

/** Whether each wanted text is among the others, without regard to case. */
export const hasEvery = (texts: ReadonlyArray<string>, wanted: ReadonlyArray<string>): boolean => {
  const folded = new Set(texts.map(lower))
  return wanted.every((text) => folded.has(lower(text)))
}
