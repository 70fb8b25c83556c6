import type { AccessRecord } from "@alga-psa/ext-domain/AccessRecord"

const longest = 200

/** What PostgreSQL keeps in no text, and halves of characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const unfit = /[\u0000\ud800-\udfff]/

const isFit = (text: string | null) => text === null || (text.length <= longest && !unfit.test(text))

// A copy, which is well-formed too: behind a slice V8 keeps the whole text.
const fit = (text: string | null) =>
  text === null || isFit(text) ? text : Buffer.from(text.slice(0, longest)).toString().replaceAll("\u0000", "\ufffd")

/** The record, the texts that callers chose cut to what a column takes. */
export const writable = (record: AccessRecord): AccessRecord =>
  isFit(record.version) && isFit(record.trigger) && isFit(record.requestId)
    ? record
    : { ...record, version: fit(record.version), trigger: fit(record.trigger), requestId: fit(record.requestId) }

type Field = Exclude<keyof AccessRecord, "time">

/** A row: each field of a record, null where the record has none, and its time with microseconds. */
export type AccessRow = { readonly [Name in Field]: NonNullable<AccessRecord[Name]> | null } & {
  readonly exact: string
}

const optional = ["source", "resultCount", "missing", "field", "why"] as const

/** The record that a row holds. */
export const recordOf = ({ exact, ...row }: AccessRow): AccessRecord => {
  const record: Record<string, unknown> = { time: `${exact.slice(0, 23)}Z`, ...row }
  for (const name of optional) if (record[name] === null) delete record[name]
  return record as AccessRecord
}
