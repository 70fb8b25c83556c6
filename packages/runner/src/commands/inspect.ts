import {
  foreignJson,
  foreignText,
  layerArchives,
  layerTemporaryComponentStore,
  reviewedFile
} from "@alga-psa/ext-adapters-wit"
import { Console, Effect, Layer } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { UsageWrong } from "../ExitCode.ts"
import { type Inspection, inspection } from "../Inspection.ts"
import { progress } from "../internal/progress.ts"
import { reachLines } from "../Reach.ts"
import { limitsOf } from "../Settings.ts"
import { readSettings } from "../SettingsSource.ts"
import { settingsFile } from "./settingsFile.ts"

const longestLine = 1_000
const line = (text: string): string => foreignText(text, longestLine)

const memoryText = ({ maximumKib, startKib }: NonNullable<Inspection["memory"]>): string =>
  `starts with ${startKib} KiB, ${maximumKib === null ? "and names no bound of its own" : `and grows to ${maximumKib} KiB at most`}`

const endpointsShown = 8

/** The endpoints that a bundle declares, a few of them by name. */
const endpointsOf = ({ manifest }: NonNullable<Inspection["bundle"]>): string => {
  const all = (manifest.api?.endpoints ?? []).map(({ method, path }) => `${method} ${path}`)
  const more = all.length - endpointsShown
  return `${all.slice(0, endpointsShown).join(", ") || "none"}${more > 0 ? ` and ${more} more` : ""}`
}

const titled = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.map((text, at) => `${(at === 0 ? title : "").padEnd(14)}${text}`)

const lines = (found: Inspection): ReadonlyArray<string> => {
  const { atMost, bundle, bytes, capabilities, engine, hash, imports, limits, memory, needs } = found
  return [
    ...titled("at most, here", reachLines(atMost)),
    ...(bundle === null
      ? []
      : [
          `bundle        ${bundle.contentHash}, ${bundle.bytes} bytes, ${bundle.uiFiles} files of a page`,
          `manifest      ${bundle.manifest.name} ${bundle.manifest.version} by ${bundle.manifest.publisher}`,
          `declares      ${bundle.manifest.capabilities.join(", ") || "no capability"}`,
          `endpoints     ${endpointsOf(bundle)}`,
          ...(bundle.unknownCapabilities.length > 0 ? [`unknown       ${bundle.unknownCapabilities.join(", ")}`] : [])
        ]),
    hash === null ? "component     none" : `component     sha256:${hash}, ${bytes} bytes`,
    ...(engine === null ? [] : [`engine        ${engine}, as it says itself`]),
    `imports       ${imports.join(", ") || "nothing"}`,
    `can use       ${capabilities.join(", ") || "no capability"}`,
    ...(needs.length > 0
      ? [`needs         ${needs.join(", ")}: on a host that sends none, a caller could set x-alga-${needs[0]} itself`]
      : []),
    ...(memory === null ? [] : [`memory        ${memoryText(memory)}`]),
    `limits        ${Object.entries(limits)
      .map(([name, limit]) => `${name} ${limit}`)
      .join(", ")}`
  ]
}

/** `inspect`: what a component is, can use, would get and can at most do here, without running it. */
export const inspect = Command.make(
  "inspect",
  {
    file: Argument.String("component").pipe(Argument.withDescription("A component (.wasm) or a bundle (.tar.zst)")),
    settingsFile,
    json: Flag.Boolean("json").pipe(Flag.withDefault(false), Flag.withDescription("Print one JSON object"))
  },
  (flags) =>
    Effect.gen(function* () {
      const bytes = yield* Effect.mapError(reviewedFile(flags.file), ({ message }) => new UsageWrong({ message }))
      const { values } = yield* readSettings(flags.settingsFile)
      const limits = limitsOf(values)
      const found = yield* inspection(bytes, limits, values).pipe(
        Effect.provide(
          Layer.merge(
            layerArchives({ componentBytes: limits.componentBytes }),
            layerTemporaryComponentStore({
              spare: false,
              componentBytes: limits.componentBytes,
              glueBytes: limits.glueBytes
            })
          )
        ),
        progress("checking the component")
      )
      yield* Console.log(flags.json ? foreignJson(found) : lines(found).map(line).join("\n"))
    })
).pipe(
  Command.withDescription(
    "Say what an extension can at most do here, what it imports and can use, how large it is and which limits it gets"
  ),
  Command.withExamples([
    { command: "alga-extension-runner inspect dist/main.wasm", description: "A component" },
    { command: "alga-extension-runner inspect dist/bundle.tar.zst --json", description: "A bundle, as JSON" }
  ])
)
