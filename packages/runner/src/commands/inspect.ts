import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { foreignJson, foreignText, layerArchives, layerComponentStore } from "@alga-psa/ext-adapters-wit"
import { Console, Effect, Layer } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { UsageWrong } from "../ExitCode.ts"
import { type Inspection, inspection } from "../Inspection.ts"
import { progress } from "../internal/progress.ts"
import { limitsOf } from "../Settings.ts"
import { readSettings } from "../SettingsSource.ts"
import { settingsFile } from "./settingsFile.ts"

const temporary = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-inspect-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const longestLine = 1_000
const line = (text: string): string => foreignText(text, longestLine)

const lines = ({
  bundle,
  bytes,
  capabilities,
  hash,
  imports,
  limits,
  memory,
  needs
}: Inspection): ReadonlyArray<string> => [
  ...(bundle === null
    ? []
    : [
        `bundle        ${bundle.contentHash}, ${bundle.bytes} bytes, ${bundle.uiFiles} files of a page`,
        `manifest      ${bundle.manifest.name} ${bundle.manifest.version} by ${bundle.manifest.publisher}`,
        `declares      ${bundle.manifest.capabilities.join(", ") || "no capability"}`,
        ...(bundle.unknownCapabilities.length > 0 ? [`unknown       ${bundle.unknownCapabilities.join(", ")}`] : [])
      ]),
  `component     sha256:${hash}, ${bytes} bytes`,
  `imports       ${imports.join(", ") || "nothing"}`,
  `can use       ${capabilities.join(", ") || "no capability"}`,
  ...(needs.length > 0
    ? [`needs         ${needs.join(", ")}: on a host that sends none, a caller could set x-alga-${needs[0]} itself`]
    : []),
  `memory        starts with ${memory.startKib} KiB, ${memory.maximumKib === null ? "and names no bound of its own" : `and grows to ${memory.maximumKib} KiB at most`}`,
  ...Object.entries(limits).map(([name, limit], i) => `${(i === 0 ? "limits" : "").padEnd(14)}${name} ${limit}`)
]

/** `inspect`: what a component is, can use and would get, without running it. */
export const inspect = Command.make(
  "inspect",
  {
    file: Argument.String("component").pipe(Argument.withDescription("A component (.wasm) or a bundle (.tar.zst)")),
    settingsFile,
    json: Flag.Boolean("json").pipe(Flag.withDefault(false), Flag.withDescription("Print one JSON object"))
  },
  (flags) =>
    Effect.gen(function* () {
      const bytes = yield* Effect.tryPromise({
        try: () => readFile(flags.file),
        catch: () => new UsageWrong({ message: `${flags.file} cannot be read` })
      })
      const limits = limitsOf((yield* readSettings(flags.settingsFile)).values)
      const found = yield* inspection(bytes, limits).pipe(
        Effect.provide(
          Layer.merge(
            layerArchives({ componentBytes: limits.componentBytes }),
            layerComponentStore({
              directory: yield* temporary,
              componentBytes: limits.componentBytes,
              glueBytes: limits.glueBytes
            })
          )
        ),
        progress("checking the component")
      )
      yield* Console.log(flags.json ? foreignJson(found) : lines(found).map(line).join("\n"))
    }).pipe(Effect.scoped)
).pipe(
  Command.withDescription("Say what a component imports and can use, how large it is and which limits it gets"),
  Command.withExamples([
    { command: "alga-extension-runner inspect dist/main.wasm", description: "A component" },
    { command: "alga-extension-runner inspect dist/bundle.tar.zst --json", description: "A bundle, as JSON" }
  ])
)
