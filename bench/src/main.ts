import { fileURLToPath } from "node:url"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Option, Schema } from "effect"
import { Argument, CliError, Command, Flag } from "effect/cli"
import { type Bench, BenchFailed } from "./Bench.ts"
import { postgres } from "./postgres/PostgresBench.ts"
import { render } from "./Report.ts"
import { sandbox } from "./sandbox/SandboxBench.ts"

const benches: ReadonlyArray<Bench> = [postgres, sandbox]

const cache = fileURLToPath(new URL("../.cache", import.meta.url))
const listed = benches.map(({ name, summary }) => `${name}: ${summary}`).join("\n")

const bench = Command.make(
  "bench",
  {
    name: Argument.String("name").pipe(Argument.withDescription("The bench to run"), Argument.optional),
    list: Flag.Boolean("list").pipe(Flag.withDefault(false), Flag.withDescription("Say which benches there are")),
    json: Flag.Boolean("json").pipe(Flag.withDefault(false), Flag.withDescription("Print the report as JSON")),
    scale: Flag.Finite("scale").pipe(
      Flag.withDefault(1),
      Flag.withSchema(Schema.Finite.check(Schema.isBetween({ minimum: 0.0001, maximum: 10 }))),
      Flag.withDescription("How much data; below 1 to try a bench out")
    ),
    keep: Flag.String("keep").pipe(
      Flag.withDefault(cache),
      Flag.withDescription("Folder for data that a later run uses again")
    ),
    budget: Flag.Int("budget").pipe(
      Flag.withDefault(5000),
      Flag.withDescription("Milliseconds to measure one operation for")
    )
  },
  Effect.fnUntraced(function* ({ name, list, json, scale, keep, budget }) {
    if (list || Option.isNone(name)) return yield* Console.log(listed)
    const chosen = benches.find((it) => it.name === name.value)
    if (chosen === undefined) return yield* new BenchFailed({ why: `no bench has the name ${name.value}\n${listed}` })
    const tell = (what: string) => Console.error(`${new Date().toISOString().slice(11, 19)} ${what}`)
    const report = yield* Effect.scoped(chosen.run({ scale, keep, budget, tell }))
    yield* Console.log(json ? JSON.stringify(report, null, 2) : render(report))
  })
).pipe(Command.withDescription("Measures the packages beside their peers"))

Command.run(bench, { version: "0.0.0" }).pipe(
  Effect.tapError((error) => (CliError.isCliError(error) ? Effect.void : Console.error(error.message))),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
