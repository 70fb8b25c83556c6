import { sep } from "node:path"
import type { FileRefused } from "@alga-psa/ext-extension-sdk/FileRefused"
import { Schema } from "effect"
import { shownPath } from "./internal/shownPath.ts"

/** `error` keeps an extension from being built; `note` is for its author to know. */
export const Severity = Schema.Literals(["error", "note"])
export type Severity = typeof Severity.Type

/** What a program can mend in `manifest.json`. */
export const Mend = Schema.Struct({ action: Schema.Literals(["add", "remove"]), capability: Schema.String })
export interface Mend extends Schema.Schema.Type<typeof Mend> {}

/** One thing that is found in an extension: what, where, and what to do. */
export const Finding = Schema.Struct({
  /** The kind, for programs: `capability-missing`. */
  code: Schema.String,
  severity: Severity,
  /** Relative to the extension's folder, with `/` between its parts. */
  file: Schema.String,
  /** From 1; null where the file as a whole is meant. */
  line: Schema.NullOr(Schema.Number),
  /** From 1. */
  column: Schema.NullOr(Schema.Number),
  /** What is wrong. */
  text: Schema.String,
  /** What to do about it. */
  remedy: Schema.String,
  /** The place as people read it: `src/handler.ts:12:5`, or a path into JSON (`manifest.json name`). */
  where: Schema.String,
  /** `text` and `remedy` as one sentence. */
  message: Schema.String,
  /** What `alga-ext fix` does about it; null where an author has to. */
  mend: Schema.NullOr(Mend)
})
export interface Finding extends Schema.Schema.Type<typeof Finding> {}

/** A place in a file of an extension. */
export interface Place {
  readonly file: string
  readonly line?: number | null
  readonly column?: number | null
  /** Within JSON: `capabilities[0]`. Shown in place of line and column. */
  readonly path?: string
}

/** What a finding is made of. */
export interface FindingParts {
  readonly code: string
  readonly at: Place
  readonly text: string
  readonly remedy: string
  /** Default: `error`. */
  readonly severity?: Severity
  readonly mend?: Mend
}

const shown = ({ column, file, line, path }: Place): string => {
  if (path !== undefined) return `${file} ${path}`.trimEnd()
  return [file, ...(line == null ? [] : [line, ...(column == null ? [] : [column])])].join(":")
}

/** Makes a finding, with its place and message as people read them. */
export const finding = ({ at, code, mend, remedy, severity, text }: FindingParts): Finding => {
  const place = { ...at, file: at.file.split(sep).join("/") }
  return {
    code,
    severity: severity ?? "error",
    file: place.file,
    line: place.line ?? null,
    column: place.column ?? null,
    text,
    remedy,
    where: shown(place),
    message: `${text}: ${remedy}`,
    mend: mend ?? null
  }
}

/** A finding as one line. */
export const findingLine = ({ message, where }: Pick<Finding, "message" | "where">): string => `${where}: ${message}`

/** A file that is refused, as a finding: its words say what is wrong and what to do. */
export const fileFinding = (folder: string, { file, why }: Pick<FileRefused, "file" | "why">): Finding => {
  const [, text = why, remedy = "remove it"] = /^(.*?): (.*)$/s.exec(why) ?? []
  return finding({ code: "file-refused", at: { file: shownPath(folder, file) }, text, remedy })
}
