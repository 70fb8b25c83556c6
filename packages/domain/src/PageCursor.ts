import { Option, Schema } from "effect"
import { Uuid } from "./Identifiers.ts"

/** The place of a record in a list that is read by cursor: the order is that of the name, then of the id. */
export interface PageCursor {
  /** The name to sort by: without regard to case as the source folds it, at most {@link sortNameLength} characters. */
  readonly name: string
  /** The record's id. */
  readonly id: string
}

/**
 * How many characters (code points) of a name a list by cursor is ordered by. What follows them does not count: of two names
 * that begin with the same so many, the ids decide. A cursor then holds all that its place depends on, in less than 4 KiB.
 */
export const sortNameLength = 750

/** A longer text is not a cursor. */
const maxBytes = 4_096

const version = "1"
const form = /^1\.([0-9a-f-]{36})\.([\w-]*)$/
const Name = Schema.String.check(Schema.isMaxCodePoints(sortNameLength), Schema.isPattern(/^[^\0]*$/))
const isName = Schema.is(Name)
const encodeName = Schema.encodeSync(Schema.StringFromBase64Url)
const decodeBytes = Schema.decodeOption(Schema.Uint8ArrayFromBase64Url)
// A name may begin with a byte order mark, which is a character of it like any other.
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true })
const isId = Schema.is(Schema.toEncoded(Uuid))

/** The part of a folded name that a list by cursor is ordered by. */
export const sortName = (folded: string): string => {
  // Twice as many units hold at least as many characters, so only the beginning of a very long name is split.
  const start = folded.slice(0, 2 * sortNameLength)
  return start.length <= sortNameLength ? start : Array.from(start).slice(0, sortNameLength).join("")
}

/** The text of a cursor: version, id and name. It carries no right, and is not signed. */
export const cursorText = ({ id, name }: PageCursor): string => `${version}.${id}.${encodeName(name)}`

/** The cursor that a text is; null where it is none that {@link cursorText} could have written. */
export const cursorOf = (text: string): PageCursor | null => {
  const [, id = "", encoded = ""] = text.length > maxBytes ? [] : (form.exec(text) ?? [])
  const bytes = Option.getOrNull(decodeBytes(encoded))
  if (!isId(id) || bytes === null) return null
  const name = utf8.decode(bytes)
  if (!isName(name)) return null
  const cursor = { name, id }
  // One cursor has one text: neither bytes that are no UTF-8 nor spare bits of the last letter are taken for another name.
  return cursorText(cursor) === text ? cursor : null
}
