import { fileURLToPath } from "node:url"
import { endProgram } from "@alga-psa/ext-adapters-wit/ProgramEnd"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, FileSystem, Option, Path, Schema } from "effect"
import { Argument, CliError, Command, Flag } from "effect/cli"
import { access } from "./access/AccessBench.ts"
import { underAttack } from "./attack/UnderAttackBench.ts"
import { type Bench, BenchFailed } from "./Bench.ts"
import { readBudgets } from "./Budgets.ts"
import { svgOf } from "./Chart.ts"
import { check as compare, toCheck } from "./Check.ts"
import { cluster } from "./cluster/ClusterBench.ts"
import { deadline } from "./deadline/DeadlineBench.ts"
import { door } from "./door/DoorBench.ts"
import { execute } from "./execute/ExecuteBench.ts"
import { keepReport, readKept } from "./figures/Kept.ts"
import { filled } from "./figures/Pages.ts"
import { growth } from "./growth/PostgresGrowth.ts"
import { sandboxGrowth } from "./growth/SandboxGrowth.ts"
import { sandboxInstalls } from "./installs/InstallsBench.ts"
import { many } from "./many/ManyBench.ts"
import { ports } from "./ports/PortsBench.ts"
import { postgres } from "./postgres/PostgresBench.ts"
import { type Report, render } from "./Report.ts"
import { sandbox } from "./sandbox/SandboxBench.ts"
import { scaleModel } from "./scaleModel/ScaleModelBench.ts"
import { todaysRunner } from "./todaysRunner/TodaysRunnerBench.ts"

const benches: ReadonlyArray<Bench> = [
  postgres,
  growth,
  sandbox,
  sandboxGrowth,
  sandboxInstalls,
  execute,
  cluster,
  scaleModel,
  underAttack,
  deadline,
  ports,
  door,
  many,
  todaysRunner,
  access
]

const cache = fileURLToPath(new URL("../.cache", import.meta.url))
const budgets = fileURLToPath(new URL("../budgets.json", import.meta.url))
const reports = fileURLToPath(new URL("../reports", import.meta.url))
const docs = fileURLToPath(new URL("../../docs", import.meta.url))
const images = fileURLToPath(new URL("../../docs/images", import.meta.url))
const listed = benches.map(({ name, summary }) => `${name}: ${summary}`).join("\n")

const draw = Effect.fnUntraced(function* ({ tables }: Report, folder: string) {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* files.makeDirectory(folder, { recursive: true })
  for (const table of tables) {
    for (const chart of table.charts ?? []) {
      yield* files.writeFileString(path.join(folder, `${chart.file}.svg`), svgOf(table, chart))
    }
  }
})

/** Writes the parts of the pages that are made of kept reports. */
const writePages = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const [kept, bounds] = [yield* readKept(reports), yield* readBudgets(budgets)]
  for (const name of yield* files.readDirectory(docs)) {
    if (!name.endsWith(".md")) continue
    const page = path.join(docs, name)
    const text = yield* files.readFileString(page)
    const made = filled(text, kept, bounds)
    if (made === text) continue
    yield* files.writeFileString(page, made)
    yield* Console.log(`docs/${name}`)
  }
})

const bench = Command.make(
  "bench",
  {
    name: Argument.String("name").pipe(
      Argument.withDescription(`The bench to run: ${benches.map(({ name }) => name).join(", ")}`),
      Argument.optional
    ),
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
    check: Flag.Boolean("check").pipe(
      Flag.withDefault(false),
      Flag.withDescription(
        "Compare the figures with bench/budgets.json, of all benches that have budgets where none is named, and fail where one is beyond"
      )
    ),
    charts: Flag.String("charts").pipe(
      Flag.optional,
      Flag.withDescription("Folder to draw the report's charts into, as SVG")
    ),
    save: Flag.Boolean("save").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Keep the report in bench/reports and its charts in docs/images, for the pages")
    ),
    pages: Flag.Boolean("pages").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Write the tables of the pages from the kept reports, after the bench where one is named")
    ),
    budget: Flag.Int("budget").pipe(
      Flag.withDefault(5000),
      Flag.withDescription("Milliseconds to measure one operation for")
    )
  },
  Effect.fnUntraced(function* ({ name, list, json, scale, keep, check, charts, save, pages, budget }) {
    const tell = (what: string) => Console.error(`${new Date().toISOString().slice(11, 19)} ${what}`)
    const options = { scale, keep, budget, tell }
    const command = (report: Report) => `npx --yes pnpm@12 bench ${report.bench} --scale ${scale} --budget ${budget}`
    const kept = (report: Report) =>
      Effect.gen(function* () {
        if (Option.isSome(charts)) yield* draw(report, charts.value)
        if (!save) return
        yield* keepReport(reports, report, command(report))
        yield* draw(report, images)
      })
    if (check && !list) {
      const bounds = yield* readBudgets(budgets)
      const reports: Array<Report> = []
      const beyond: Array<string> = []
      for (const one of yield* toCheck(benches, bounds, name)) {
        const found = yield* compare(one, bounds, options)
        beyond.push(...found.beyond)
        if (found.report === null) continue
        reports.push(found.report)
        yield* kept(found.report)
        if (!json) yield* Console.log(`${render(found.report)}\n`)
      }
      if (pages) yield* writePages
      if (json) yield* Console.log(JSON.stringify(Option.isSome(name) ? (reports[0] ?? null) : reports, null, 2))
      if (beyond.length > 0) return yield* new BenchFailed({ why: `beyond their budgets:\n${beyond.join("\n")}` })
      return
    }
    if (pages && Option.isNone(name)) return yield* writePages
    if (list || Option.isNone(name)) return yield* Console.log(listed)
    const chosen = benches.find((it) => it.name === name.value)
    if (chosen === undefined) return yield* new BenchFailed({ why: `no bench has the name ${name.value}\n${listed}` })
    const report = yield* Effect.scoped(chosen.run(options))
    yield* kept(report)
    if (pages) yield* writePages
    yield* Console.log(json ? JSON.stringify(report, null, 2) : render(report))
  })
).pipe(Command.withDescription("Measures the packages beside their peers"))

Command.run(bench, { version: "0.0.0" }).pipe(
  Effect.tapError((error) => (CliError.isCliError(error) ? Effect.void : Console.error(error.message))),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown: endProgram(() => 1) })
)
