import { join, resolve } from "node:path"
import { plainJson, plainLine } from "@alga-psa/ext-extension-build/PlainLine"
import { readPlainFile } from "@alga-psa/ext-extension-sdk/PlainFiles"
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { extensionFlags } from "../internal/extensionFlags.ts"
import { buildBy } from "../internal/runBuild.ts"
import { sayFindings } from "../internal/sayFindings.ts"

const mostBytes = 64 * 1024

/** `fix`: mends what a program can, and says what is left. */
export const fix = Command.make(
  "fix",
  extensionFlags,
  Effect.fnUntraced(function* (flags) {
    const folder = resolve(flags.folder)
    const { mendManifest, replaceFile } = yield* Effect.promise(() => import("@alga-psa/ext-extension-build"))
    const wrong = yield* Effect.as(buildBy(flags), null).pipe(Effect.catchTag("ExtensionInvalid", Effect.succeed))
    const mended = (wrong?.problems ?? []).filter(({ mend }) => mend !== null)
    if (mended.length > 0) {
      yield* Effect.promise(async () => {
        const before = Buffer.from(await readPlainFile(folder, "manifest.json", mostBytes)).toString("utf8")
        const after = mendManifest(
          before,
          mended.flatMap(({ mend }) => mend ?? [])
        )
        if (after !== before) await replaceFile(join(folder, "manifest.json"), Buffer.from(after))
      })
    }
    const left =
      mended.length === 0
        ? wrong
        : yield* Effect.as(buildBy(flags), null).pipe(Effect.catchTag("ExtensionInvalid", Effect.succeed))
    const findings = [...(left?.problems ?? []), ...(left?.notes ?? [])]
    if (flags.json) yield* Console.log(plainJson({ fixed: mended, findings }))
    else {
      const lines = mended.map(
        ({ mend, where }) => `${where}: ${mend?.action === "add" ? "added" : "removed"} "${mend?.capability}"`
      )
      yield* Console.log((lines.length > 0 ? lines : ["nothing to fix"]).map(plainLine).join("\n"))
      yield* sayFindings(folder, findings)
    }
    if (left !== null) return yield* left
  })
).pipe(
  Command.withDescription("Mend what a program can: add missing capabilities to manifest.json, and remove unused ones"),
  Command.withExamples([{ command: "alga-ext fix", description: "The extension in the current folder" }])
)
