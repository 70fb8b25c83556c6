import { isBuiltin } from "node:module"
import { dirname, resolve } from "node:path"
import { BuildError, type BundledHandler } from "@alga-psa/ext-extension-sdk/build"
import { FileRefused } from "@alga-psa/ext-extension-sdk/FileRefused"
import { Effect } from "effect"
import { type ExtensionInvalid, invalid } from "../ExtensionInvalid.ts"
import { type Finding, fileFinding, finding } from "../Finding.ts"
import { explainLoad } from "./explainLoad.ts"
import { partOfNode } from "./nodeModules.ts"
import { shownPath } from "./shownPath.ts"

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

/** What a message of the bundler means to an author: the kind, what is wrong, and what to do. */
const explained = (
  written: string,
  inPage: boolean,
  shown: (path: string) => string
): Pick<Finding, "code" | "remedy" | "text"> => {
  const text = written.replace(/(?<= in )"([^"]+\.\w+)"/g, (_, path: string) => `"${shown(path)}"`)
  const [, name] = /^Could not resolve "(.*)"$/.exec(text) ?? []
  if (name !== undefined && isBuiltin(name)) return partOfNode(name, inPage)
  if (name !== undefined) {
    return name.startsWith(".")
      ? { code: "module-missing", text: `"${name}" is not there`, remedy: "write the file's name with its extension" }
      : {
          code: "module-missing",
          text: `"${name}" is not installed`,
          remedy: "add it to the dependencies in package.json"
        }
  }
  if (/^Top-level await is not available/.test(text)) {
    return { code: "await-at-load", text: "waits while the module loads", remedy: "wait inside the handler" }
  }
  if (/^No matching export/.test(text)) {
    return { code: "export-missing", text, remedy: "import a name that it exports, or update the package" }
  }
  if (/^No loader is configured/.test(text)) {
    return {
      code: "file-kind",
      text: text.replace(/:.*/, ""),
      remedy: "import code, JSON or .txt; put other files into ui"
    }
  }
  return { code: "syntax", text, remedy: "correct it here or just before" }
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

const explainBuild = (error: BuildError, { base, folder, script }: BuildStep): ReadonlyArray<Finding> => {
  const { detail, entry } = error
  const at = { file: shownPath(folder, entry) }
  const messages = messagesOf(error)
  if (messages.length > 0) {
    return messages.map(({ location, text }) =>
      finding({
        ...explained(text, base !== undefined, (path) => shownPath(folder, resolve(base ?? dirname(entry), path))),
        at:
          location === null
            ? at
            : {
                file: shownPath(folder, resolve(base ?? dirname(entry), location.file)),
                line: location.line,
                column: location.column + 1
              }
      })
    )
  }
  if (/must export handler|does not export a "handler"/.test(detail)) {
    const remedy = "write export const handler = serve(handle)"
    return [finding({ code: "handler-missing", at, text: "exports no handler", remedy })]
  }
  const [, lacking, install] = /^(\w+ needs a package): (.+)$/.exec(detail) ?? []
  if (lacking !== undefined && install !== undefined) {
    return [finding({ code: "toolchain", at: { file: "package.json" }, text: lacking, remedy: install })]
  }
  if (/failed to get path metadata/.test(detail)) {
    const text = "@bytecodealliance/preview2-shim 0.26.1 breaks this engine's toolchain"
    const remedy = "pin 0.26.0 under overrides, in package.json with npm and in pnpm-workspace.yaml with pnpm"
    return [finding({ code: "toolchain", at: { file: "package.json" }, text, remedy })]
  }
  return [
    explainLoad(folder, entry, detail, script ?? null) ??
      finding({
        code: "toolchain",
        at,
        text: `${error.stage} failed: ${detail.split("\n")[0]}`,
        remedy: "build again; if it stays, build with --engine starlingmonkey and report it"
      })
  ]
}

/** Runs a step of the build. One that fails says where in the author's files, and what to do about it. */
export const explaining = <A>(about: BuildStep, run: () => Promise<A>): Effect.Effect<A, ExtensionInvalid> =>
  Effect.tryPromise({ try: run, catch: (cause) => cause }).pipe(
    Effect.catch((cause) =>
      cause instanceof BuildError
        ? Effect.fail(invalid(...explainBuild(cause, about)))
        : cause instanceof FileRefused
          ? Effect.fail(invalid(fileFinding(about.folder, cause)))
          : Effect.die(cause)
    )
  )
