import { plainJson, plainLine } from "@alga-psa/ext-extension-build/PlainLine"
import { Console, Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { exitCodes } from "../ExitCode.ts"

const bundle = (name: string, which: string) =>
  Argument.String(name).pipe(
    Argument.withDescription(`The ${which} bundle (.tar.zst), or an extension's folder with its packed bundle`)
  )

/** `diff`: what a new version asks for that an old one did not. Nothing of either is run. */
export const diff = Command.make(
  "diff",
  {
    old: bundle("old", "old"),
    now: bundle("new", "new"),
    json: Flag.Boolean("json").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Print one JSON object, as diff.schema.json describes it")
    )
  },
  Effect.fnUntraced(function* ({ json, now, old }) {
    const [{ readBundle }, { diffOf }, { diffLines }] = yield* Effect.promise(() =>
      Promise.all([import("../diff/ReadBundle.ts"), import("../diff/BundleDiff.ts"), import("../diff/diffLines.ts")])
    )
    const found = diffOf(yield* readBundle(old), yield* readBundle(now))
    yield* Console.log(json ? plainJson(found) : diffLines(found).map(plainLine).join("\n"))
    process.exitCode = found.verdict === "more" ? exitCodes.more : exitCodes.done
  })
).pipe(
  Command.withDescription(
    "Show what a new version asks for that an old one did not. Exit codes: 0 the same or less; 3 more"
  ),
  Command.withExamples([
    { command: "alga-ext diff v1.tar.zst v2.tar.zst", description: "Two bundles" },
    {
      command: "alga-ext diff v1.tar.zst . --json",
      description: "A bundle and this extension's packed bundle, as JSON"
    }
  ])
)
