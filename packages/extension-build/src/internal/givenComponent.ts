import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { dirname, relative, resolve, sep } from "node:path"
import { ComponentStore, layerTemporaryComponentStore, limitBounds } from "@alga-psa/ext-adapters-wit"
import { readPlainFile } from "@alga-psa/ext-extension-sdk/PlainFiles"
import { Effect } from "effect"
import type { AuthoredManifest } from "../AuthoredManifest.ts"
import { checkImports } from "../CheckCapabilities.ts"
import { invalid } from "../ExtensionInvalid.ts"
import { finding } from "../Finding.ts"
import type { ComponentSource } from "./componentSource.ts"
import { explaining } from "./explainBuild.ts"

/** What a host may at most be told to take. */
const mostComponentBytes = limitBounds.componentBytes.most

const advice = {
  "too-large": "make it smaller, or build it for QuickJS",
  "not-a-component": "build it with a component toolchain, as alga-ext build does",
  "unknown-import": "build it without WASI and against the world alga:extension/runner",
  "no-handler": "build it against the world alga:extension/runner",
  "wrong-export-type": "export handler: func(request: execute-request) -> execute-response",
  "glue-too-large": "use fewer, smaller types in its interfaces",
  "canonical-function": "build it for synchronous calls, as alga-ext build does",
  "unsafe-name": "build it with a toolchain that gives plain names",
  memory: "build it with one memory that starts small",
  "too-much-work": "use fewer, smaller types in its interfaces, or make it smaller",
  "too-slow": "make it smaller",
  "not-checked": "make it smaller, or give this computer more memory"
} as const

/** A component that was made elsewhere. It is taken in as a host takes it in, and not run. */
export const givenComponent = Effect.fnUntraced(function* (
  folder: string,
  { capabilities }: AuthoredManifest,
  name: string
) {
  const refused = (text: string, remedy: string) =>
    invalid(finding({ code: "component-refused", at: { file: name }, text, remedy }))
  const file = resolve(folder, name)
  if (!existsSync(file)) return yield* refused("is not there", "build it first, or leave --component out")
  // A file outside of the extension was chosen by who runs the command.
  const root = file.startsWith(folder + sep) ? folder : dirname(file)
  const bytes = yield* explaining({ folder }, () => readPlainFile(root, relative(root, file), mostComponentBytes))
  const accepted = yield* Effect.gen(function* () {
    return yield* (yield* ComponentStore).accept(bytes)
  }).pipe(
    Effect.provide(layerTemporaryComponentStore({ spare: false })),
    Effect.catchTag("ComponentRefused", ({ message, reason }) => Effect.fail(refused(message, advice[reason]))),
    Effect.catchTag("NodeUnsuitable", ({ message }) => Effect.fail(refused(message, "run it with another Node"))),
    Effect.catchTag(["ComponentStoreError", "IntakeBusy"], (error) => Effect.die(error))
  )
  return {
    engine: null,
    script: null,
    fingerprint: createHash("sha256").update(bytes).digest("hex"),
    findings: [
      ...checkImports(capabilities, accepted.imports),
      finding({
        code: "made-elsewhere",
        at: { file: name },
        text: "was made elsewhere",
        remedy: "what it uses cannot be told from what it imports",
        severity: "note"
      })
    ],
    interfaces: accepted.imports
      .map((imported) => imported.replace(/^alga:extension\//, ""))
      .filter((imported) => imported !== "types")
      .sort(),
    write: (file: string) => writeFile(file, bytes)
  } satisfies ComponentSource
})
