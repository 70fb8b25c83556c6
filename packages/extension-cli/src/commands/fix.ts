import { join, resolve } from "node:path"
import { archiveBounds } from "@alga-psa/ext-adapters-wit/ArchiveBounds"
import type { Finding } from "@alga-psa/ext-extension-build"
import { plainJson, plainLine } from "@alga-psa/ext-extension-build/PlainLine"
import { readPlainFile } from "@alga-psa/ext-extension-sdk/PlainFiles"
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { extensionFlags } from "../internal/extensionFlags.ts"
import { buildBy } from "../internal/runBuild.ts"
import { sayFindings } from "../internal/sayFindings.ts"

/** `fix`: mends what a program can, and says what is left. */
export const fix = Command.make(
  "fix",
  extensionFlags,
  Effect.fnUntraced(function* (flags) {
    const folder = resolve(flags.folder)
    const { mendManifest, replaceFile } = yield* Effect.promise(() => import("@alga-psa/ext-extension-build"))
    const wrong = yield* Effect.as(buildBy(flags), null).pipe(Effect.catchTag("ExtensionInvalid", Effect.succeed))
    const mendable = (wrong?.problems ?? []).filter(({ mend }) => mend !== null)
    const mended: Array<Finding> = []
    if (mendable.length > 0) {
      yield* Effect.promise(async () => {
        const bytes = await readPlainFile(folder, "manifest.json", archiveBounds.manifestBytes)
        let text = Buffer.from(bytes).toString("utf8")
        for (const one of mendable) {
          const after = mendManifest(text, one.mend === null ? [] : [one.mend])
          if (after !== text) mended.push(one)
          text = after
        }
        if (mended.length > 0) await replaceFile(join(folder, "manifest.json"), Buffer.from(text))
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
  Command.withDescription("Correct the manifest: add missing capabilities to manifest.json, and remove unused ones"),
  Command.withExamples([{ command: "alga-ext fix", description: "The extension in the current folder" }])
)
