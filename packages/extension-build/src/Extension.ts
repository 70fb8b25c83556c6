import { existsSync } from "node:fs"
import { lstat, realpath } from "node:fs/promises"
import { join, resolve } from "node:path"
import { archiveBounds } from "@alga-psa/ext-adapters-wit/ArchiveBounds"
import { readPlainFile } from "@alga-psa/ext-extension-sdk/PlainFiles"
import { Effect } from "effect"
import { type AuthoredManifest, parseAuthoredManifest } from "./AuthoredManifest.ts"
import { invalid } from "./ExtensionInvalid.ts"
import { type Finding, finding, type Place } from "./Finding.ts"
import { explaining } from "./internal/explainBuild.ts"
import { type ManifestJson, readManifestJson } from "./internal/manifestJson.ts"
import { unknownFields } from "./internal/unknownFields.ts"

/** An extension's folder, read. */
export interface Extension {
  /** Absolute. */
  readonly folder: string
  readonly manifest: AuthoredManifest
  /** The manifest as it is written, which is what a bundle carries. */
  readonly manifestBytes: Uint8Array
  /** What is odd in the manifest, but may be intended. */
  readonly findings: ReadonlyArray<Finding>
  /** The place of a path in the manifest, such as `capabilities[0]`; of what is around it where it is not there. */
  readonly place: (path: string) => Place
}

const entries = ["src/component.ts", "src/component.js"]

/** A value as it is shown in a message. */
const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "undefined"
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

const valueAt = (value: unknown, path: string): unknown =>
  Array.from(path.matchAll(/[^.[\]]+/g), ([key]) => key).reduce<unknown>(
    (inner, key) => (inner as Readonly<Record<string, unknown>> | null)?.[key],
    value
  )

/** A rule that the manifest breaks: what is there, and what must be. */
const ruleBroken = (json: ManifestJson, path: string, message: string): Finding => {
  const [, text, remedy] = /^(is missing): (.*)$/.exec(message) ?? []
  return finding({
    code: "manifest-value",
    at: json.place(path),
    text: text ?? `${shown(valueAt(json.value, path))} is not right`,
    remedy: remedy ?? `it ${message}`
  })
}

/** The module that exports `handler`, absolute; `src/component.ts` where none is given. */
export const entryOf = Effect.fnUntraced(function* (folder: string, given: string | undefined) {
  const names = given === undefined ? entries : [given]
  const found = names.map((name) => resolve(folder, name)).find((path) => existsSync(path))
  if (found !== undefined) return found
  const shell =
    'import { serve } from "@alga-psa/ext-extension-sdk/component"; import { handle } from "./handler.ts"; export const handler = serve(handle)'
  const remedy = `write it (${shell}) or name another with --entry`
  return yield* invalid(finding({ code: "entry-missing", at: { file: names[0] ?? "" }, text: "is not there", remedy }))
})

/** Reads the `manifest.json` of an extension's folder. Fails with every rule that it breaks. */
export const readExtension = Effect.fn("Extension.read")(function* (folder: string) {
  const root = yield* Effect.promise(() => realpath(folder).catch(() => resolve(folder)))
  const manifestBytes = yield* explaining({ folder: root }, () =>
    lstat(join(root, "manifest.json")).then(
      () => readPlainFile(root, "manifest.json", archiveBounds.manifestBytes),
      () => null
    )
  )
  if (manifestBytes === null) {
    const remedy = `write it in ${root}, or name the extension's folder`
    const at = { file: "manifest.json" }
    return yield* invalid(finding({ code: "manifest-missing", at, text: "is not there", remedy }))
  }
  const text = Buffer.from(manifestBytes).toString("utf8")
  const json = readManifestJson(text)
  if (json.tree === null) return yield* invalid(...json.findings)
  const odd = [...json.findings, ...unknownFields(json.value, json.place)]
  const manifest = yield* Effect.mapError(parseAuthoredManifest(text), ({ problems }) =>
    invalid(...problems.map(({ message, path }) => ruleBroken(json, path, message)), ...odd)
  )
  return { folder: root, manifest, manifestBytes, findings: odd, place: json.place } satisfies Extension
})
