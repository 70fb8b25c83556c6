import { join, relative, resolve } from "node:path"
import { ExtensionInvalid } from "@alga-psa/ext-extension-build/ExtensionInvalid"
import { plainJson, plainLine } from "@alga-psa/ext-extension-build/PlainLine"
import { FileRefused } from "@alga-psa/ext-extension-sdk/FileRefused"
import { Console, Effect } from "effect"

interface Flags {
  readonly folder: string
  readonly engine: "quickjs" | "starlingmonkey"
  readonly entry: string
  readonly interfaces: ReadonlyArray<string>
  readonly json: boolean
  readonly component?: string | undefined
}

/** Builds, publishes to `dist`, and says what came of it. The toolchain is loaded here and not sooner. */
export const runBuild = Effect.fnUntraced(function* (flags: Flags, options: { readonly bundle: boolean }) {
  const started = performance.now()
  const { buildExtension, publishBuild } = yield* Effect.promise(() => import("@alga-psa/ext-extension-build"))
  const folder = resolve(flags.folder)
  const entry = flags.entry === "src/component.ts" ? undefined : flags.entry
  const built = yield* buildExtension({
    folder,
    engine: flags.engine,
    entry,
    interfaces: flags.interfaces,
    component: flags.component
  }).pipe(Effect.tapError(({ problems }) => (flags.json ? Console.log(plainJson({ problems })) : Effect.void)))
  const into = join(folder, "dist")
  yield* Effect.tryPromise({ try: () => publishBuild(built, into, options), catch: (cause) => cause }).pipe(
    Effect.catchIf(
      (cause) => cause instanceof FileRefused,
      ({ file, why }) =>
        Effect.fail(new ExtensionInvalid({ problems: [{ where: relative(folder, file), message: why }] })),
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
    notes: built.notes,
    unchanged: built.reused,
    milliseconds
  }
  if (flags.json) return yield* Console.log(plainJson(result))
  yield* Effect.forEach(built.notes, (note) => Console.error(`alga-ext: note: ${plainLine(note)}`), { discard: true })
  yield* Console.log(
    [
      `${built.manifest.name} ${built.manifest.version}: ${built.reused ? "unchanged" : built.engine === null ? "packed" : "built"} in ${milliseconds} ms${built.engine === null ? "" : `, ${built.engine}`}`,
      `  ${result.component}  ${built.componentSize} bytes`,
      `  imports ${built.interfaces.join(", ") || "nothing"}`,
      ...(built.pageFiles.length > 0 ? [`  ${near("ui")}  ${built.pageFiles.length} files`] : []),
      ...(options.bundle ? [`  ${near("bundle.tar.zst")}  ${built.bundleSize} bytes`, `  ${built.contentHash}`] : [])
    ]
      .map(plainLine)
      .join("\n")
  )
})
