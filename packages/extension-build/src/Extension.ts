import { existsSync } from "node:fs"
import { lstat, realpath } from "node:fs/promises"
import { join, resolve } from "node:path"
import { readPlainFile } from "@alga-psa/ext-extension-sdk/PlainFiles"
import { Effect } from "effect"
import { type AuthoredManifest, parseAuthoredManifest } from "./AuthoredManifest.ts"
import { ExtensionInvalid } from "./ExtensionInvalid.ts"
import { explaining } from "./internal/explainBuild.ts"
import { nearest } from "./internal/nearest.ts"

/** An extension's folder, read. */
export interface Extension {
  /** Absolute. */
  readonly folder: string
  readonly manifest: AuthoredManifest
  /** The manifest as it is written, which is what a bundle carries. */
  readonly manifestBytes: Uint8Array
  /** What is odd and may be meant. */
  readonly notes: ReadonlyArray<string>
}

const manifestBytesAtMost = 64 * 1024

const entries = ["src/component.ts", "src/component.js"]

const fields = ["name", "publisher", "version", "runtime", "capabilities", "ui", "api"]

const invalid = (where: string, message: string) => new ExtensionInvalid({ problems: [{ where, message }] })

const misspelt = (json: string): ReadonlyArray<string> =>
  Object.keys(JSON.parse(json)).flatMap((name) => {
    const near = fields.includes(name) ? null : nearest(name, fields)
    return near === null ? [] : [`manifest.json ${name}: is not read; did you mean "${near}"?`]
  })

/** The module that exports `handler`, absolute; `src/component.ts` where none is given. */
export const entryOf = Effect.fnUntraced(function* (folder: string, given: string | undefined) {
  const names = given === undefined ? entries : [given]
  const found = names.map((name) => resolve(folder, name)).find((path) => existsSync(path))
  if (found !== undefined) return found
  const shell =
    'import { serve } from "@alga-psa/ext-extension-sdk/component"; import { handle } from "./handler.ts"; export const handler = serve(handle)'
  return yield* invalid(names[0] ?? "", `is not there: write it (${shell}) or name another with --entry`)
})

/** Reads the `manifest.json` of an extension's folder. Fails with every rule that it breaks. */
export const readExtension = Effect.fn("Extension.read")(function* (folder: string) {
  const root = yield* Effect.promise(() => realpath(folder).catch(() => resolve(folder)))
  const manifestBytes = yield* explaining({ folder: root }, () =>
    lstat(join(root, "manifest.json")).then(
      () => readPlainFile(root, "manifest.json", manifestBytesAtMost),
      () => null
    )
  )
  if (manifestBytes === null) {
    return yield* invalid("manifest.json", `is not there: write it in ${root}, or name the extension's folder`)
  }
  const json = Buffer.from(manifestBytes).toString("utf8")
  const manifest = yield* Effect.mapError(
    parseAuthoredManifest(json),
    ({ problems }) =>
      new ExtensionInvalid({
        problems: problems.map(({ message, path }) => ({ where: `manifest.json ${path}`.trimEnd(), message }))
      })
  )
  return { folder: root, manifest, manifestBytes, notes: misspelt(json) } satisfies Extension
})
