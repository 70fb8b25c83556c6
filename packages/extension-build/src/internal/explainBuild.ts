import { isBuiltin, SourceMap } from "node:module"
import { dirname, relative, resolve } from "node:path"
import { BuildError, type BundledHandler } from "@alga-psa/ext-extension-sdk/build"
import { FileRefused } from "@alga-psa/ext-extension-sdk/FileRefused"
import { Effect } from "effect"
import { ExtensionInvalid, type ExtensionProblem } from "../ExtensionInvalid.ts"

interface Location {
  readonly file: string
  readonly line: number
  readonly column: number
}

interface BundlerMessage {
  readonly text: string
  readonly location: Location | null
}

const messagesOf = ({ cause }: BuildError): ReadonlyArray<BundlerMessage> =>
  typeof cause === "object" && cause !== null && "errors" in cause && Array.isArray(cause.errors) ? cause.errors : []

const explained = (text: string): string => {
  const [, name = ""] = /^Could not resolve "(.*)"$/.exec(text) ?? []
  if (name === "") return text
  if (isBuiltin(name)) {
    return `"${name}" is a part of Node, which an extension does not have: use host.storage for data, host.http for requests`
  }
  return name.startsWith(".")
    ? `"${name}" is not there: write the file's name with its extension`
    : `"${name}" is not installed: add it to the dependencies in package.json`
}

const thrown = /main\.js:(\d+):(\d+)/

const words = (detail: string): string =>
  /(?:evaluation: |main\.js:\d+:\d+ )(.+)/.exec(detail)?.[1] ?? detail.split("\n")[0] ?? detail

const place = (folder: string, entry: string, bundle: BundledHandler | null, detail: string): string => {
  const [, line, column] = thrown.exec(detail) ?? []
  const here = relative(folder, entry)
  if (bundle === null || line === undefined) return here
  const map = new SourceMap(JSON.parse(bundle.sourceMap))
  const found = map.findEntry(Number(line) - 1, Number(column) - 1)
  if (!("originalSource" in found)) return here
  const file = relative(folder, resolve(dirname(entry), found.originalSource))
  return `${file}:${found.originalLine + 1}:${found.originalColumn + 1}`
}

/** What a step of the build works on. */
export interface BuildStep {
  /** The extension's folder, which places are relative to. */
  readonly folder: string
  /** What the bundler's places are relative to. Default: the folder of the entry. */
  readonly base?: string
  /** The script that runs in the step. */
  readonly script?: BundledHandler | null
}

const explainBuild = (error: BuildError, { base, folder, script }: BuildStep): ReadonlyArray<ExtensionProblem> => {
  const { detail, entry } = error
  const here = relative(folder, entry)
  const messages = messagesOf(error)
  if (messages.length > 0) {
    return messages.map(({ location, text }) => ({
      where:
        location === null
          ? here
          : `${relative(folder, resolve(base ?? dirname(entry), location.file))}:${location.line}:${location.column + 1}`,
      message: explained(text)
    }))
  }
  if (/must export handler|does not export a "handler"/.test(detail)) {
    return [{ where: here, message: "must export the handler: export const handler = serve(handle)" }]
  }
  if (/failed to get path metadata/.test(detail)) {
    const message =
      "@bytecodealliance/preview2-shim 0.26.1 breaks this engine's toolchain: pin 0.26.0 under overrides, in package.json with npm and in pnpm-workspace.yaml with pnpm"
    return [{ where: "package.json", message }]
  }
  return thrown.test(detail)
    ? [{ where: place(folder, entry, script ?? null, detail), message: `throws while it loads: ${words(detail)}` }]
    : [{ where: here, message: `${error.stage} failed: ${words(detail)}` }]
}

const explainRefused = ({ file, why }: FileRefused, { folder }: BuildStep): ReadonlyArray<ExtensionProblem> => [
  { where: relative(folder, file), message: why }
]

/** Runs a step of the build. One that fails says where in the author's files, and what to do about it. */
export const explaining = <A>(about: BuildStep, run: () => Promise<A>): Effect.Effect<A, ExtensionInvalid> =>
  Effect.tryPromise({ try: run, catch: (cause) => cause }).pipe(
    Effect.catch((cause) =>
      cause instanceof BuildError
        ? Effect.fail(new ExtensionInvalid({ problems: explainBuild(cause, about) }))
        : cause instanceof FileRefused
          ? Effect.fail(new ExtensionInvalid({ problems: explainRefused(cause, about) }))
          : Effect.die(cause)
    )
  )
