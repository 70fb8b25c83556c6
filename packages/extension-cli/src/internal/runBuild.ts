import { join, relative, resolve } from "node:path"
import { bytesText } from "@alga-psa/ext-extension-build/BytesText"
import { invalid } from "@alga-psa/ext-extension-build/ExtensionInvalid"
import { fileFinding } from "@alga-psa/ext-extension-build/Finding"
import { plainJson, plainLine } from "@alga-psa/ext-extension-build/PlainLine"
import { FileRefused } from "@alga-psa/ext-extension-sdk/FileRefused"
import { Console, Effect } from "effect"
import { seconds } from "../dev/page/src/seconds.ts"
import type { SourceFlags } from "./extensionFlags.ts"
import { sayFindings } from "./sayFindings.ts"

interface Flags extends SourceFlags {
  readonly json: boolean
  readonly component?: string | undefined
}

/** Builds an extension as its flags say, without publishing it. The toolchain is loaded here and not sooner. */
export const buildBy = Effect.fnUntraced(function* (flags: SourceFlags & { readonly component?: string | undefined }) {
  const { buildExtension } = yield* Effect.promise(() => import("@alga-psa/ext-extension-build"))
  return yield* buildExtension({
    folder: resolve(flags.folder),
    engine: flags.engine,
    entry: flags.entry === "src/component.ts" ? undefined : flags.entry,
    interfaces: flags.interfaces,
    component: flags.component,
    types: !flags.noTypecheck
  })
})

/** Builds, publishes to `dist`, and says what came of it. */
export const runBuild = Effect.fnUntraced(function* (flags: Flags, options: { readonly bundle: boolean }) {
  const started = performance.now()
  const folder = resolve(flags.folder)
  const built = yield* buildBy(flags).pipe(
    Effect.tapError((error) =>
      error._tag !== "ExtensionInvalid"
        ? Effect.void
        : flags.json
          ? Console.log(plainJson({ problems: error.problems, notes: error.notes }))
          : sayFindings(folder, [...error.notes, ...error.problems])
    )
  )
  const { publishBuild } = yield* Effect.promise(() => import("@alga-psa/ext-extension-build"))
  const into = join(folder, "dist")
  yield* Effect.tryPromise({ try: () => publishBuild(built, into, options), catch: (cause) => cause }).pipe(
    Effect.catchIf(
      (cause) => cause instanceof FileRefused,
      (refused) => Effect.fail(invalid(fileFinding(folder, refused))),
      (cause) => Effect.die(cause)
    )
  )
  const milliseconds = Math.round(performance.now() - started)
  const near = (file: string) => relative(process.cwd(), join(into, file)) || file
  const result = {
    component: near("main.wasm"),
    componentBytes: built.componentSize,
    engine: built.engine,
    imports: built.interfaces,
    pageFiles: built.pageFiles.length,
    ...(options.bundle
      ? { bundle: near("bundle.tar.zst"), bundleBytes: built.bundleSize, contentHash: built.contentHash }
      : {}),
    sizes: built.sizes,
    findings: built.findings,
    notes: built.notes,
    unchanged: built.reused,
    milliseconds
  }
  if (flags.json) return yield* Console.log(plainJson(result))
  yield* sayFindings(folder, built.findings)
  const pages = built.pageFiles.length
  yield* Console.log(
    [
      `${built.manifest.name} ${built.manifest.version}: ${built.reused ? "unchanged" : built.engine === null ? "packed" : "built"} in ${seconds(milliseconds)}${built.engine === null ? "" : `, ${built.engine}`}`,
      `  ${result.component}  ${bytesText(built.componentSize)}`,
      `  imports ${built.interfaces.join(", ") || "nothing"}`,
      ...(pages > 0 ? [`  ${near("ui")}  ${pages} ${pages === 1 ? "file" : "files"}`] : []),
      ...(options.bundle
        ? [`  ${near("bundle.tar.zst")}  ${bytesText(built.bundleSize)}`, `  ${built.contentHash}`]
        : [])
    ]
      .map(plainLine)
      .join("\n")
  )
})
