import { createRequire } from "node:module"
import { errorText } from "@alga-psa/ext-adapters-wit/ErrorText"
import { plainLine } from "@alga-psa/ext-extension-build/PlainLine"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Console, Effect } from "effect"
import { CliError, Command } from "effect/cli"
import { build } from "./commands/build.ts"
import { check } from "./commands/check.ts"
import { diff } from "./commands/diff.ts"
import { fix } from "./commands/fix.ts"
import { start } from "./commands/new.ts"
import { pack } from "./commands/pack.ts"
import { dev } from "./dev/command.ts"
import { layerUsageErrors } from "./internal/usageErrors.ts"

/** The packages that an extension needs have the same version. */
const version: string = createRequire(import.meta.url)("../package.json").version

const root = Command.make("alga-ext").pipe(
  Command.withDescription(
    "Start, check, build, pack, compare and try an Alga PSA extension. Exit codes: 0 done; 1 the extension is wrong or could not be built; 2 wrong usage; 3 an update asks for more"
  ),
  Command.withSubcommands([start, check, fix, build, pack, diff, dev])
)

const say = (text: string) =>
  Effect.forEach(text.split("\n"), (line) => Console.error(`alga-ext: ${plainLine(line)}`), { discard: true })

const report = (error: Error) => (CliError.isCliError(error) ? Effect.void : say(errorText(error)))

const command = Command.runWith(root, { version })

/** What `alga-ext` does with these arguments. It fails with what it has said. */
export const algaExt = (args: ReadonlyArray<string>) =>
  command(args).pipe(
    Effect.tapError(report),
    Effect.tapDefect((defect) => say(Cause.pretty(Cause.die(defect)))),
    Effect.provide([NodeServices.layer, layerUsageErrors])
  )
