import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { Stryker } from "@stryker-mutator/core"
import { run } from "../release/Commands.ts"
import { root } from "../release/Packages.ts"
import { keep, keptOf } from "./Kept.ts"
import { rowOf, withRows } from "./Page.ts"
import { leastScore, percent, scoreOf, stale } from "./Report.ts"
import { batches, chosenTargets, type Target, targets } from "./Targets.ts"

const { positionals: names, values } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: "string", default: "Infinity" }, write: { type: "boolean", default: false } }
})
const chosen = chosenTargets(names)
const end = performance.now() + Number(values.minutes) * 60_000
const page = join(root, "docs/mutation.md")
const runner = createRequire(import.meta.url).resolve("@stryker-mutator/vitest-runner")

/** Mutates some files of a target, and gives Stryker's report. */
const mutate = async (target: Target, files: ReadonlyArray<string>) => {
  const folder = await mkdtemp(join(tmpdir(), "alga-mutation-"))
  try {
    const [configFile, report] = [join(folder, "vitest.config.mjs"), join(folder, "report.json")]
    // Each mutant has a worker of its own, which its test files share: loading Effect anew for each takes longer than the tests.
    const config = { test: { include: target.tests, testTimeout: 30_000, isolate: false } }
    await writeFile(configFile, `export default ${JSON.stringify(config)}`)
    process.chdir(join(root, "packages", target.folder))
    await new Stryker({
      plugins: [runner],
      testRunner: "vitest",
      vitest: { configFile },
      mutate: [...files],
      coverageAnalysis: "perTest",
      concurrency: 2,
      timeoutMS: 10_000,
      reporters: ["json", "progress-append-only"],
      jsonReporter: { fileName: report },
      // The copy's `tsconfig.json` refers to the one two folders above it.
      tempDirName: join(root, ".stryker-tmp"),
      // Stryker would rewrite `tsconfig.json` with TypeScript's JavaScript API, which version 7 does not have.
      tsconfigFile: "none.json",
      allowConsoleColors: false
    }).runMutationTest()
    return JSON.parse(await readFile(report, "utf8"))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

for (const target of chosen) {
  for (const batch of batches((await keptOf(target)).missing)) {
    const files = batch.map(({ file }) => file)
    if (performance.now() < end) await keep(target, batch, await mutate(target, files))
  }
}

const scored = async (some: ReadonlyArray<Target>) =>
  Promise.all(
    some.map(async (target) => {
      const { missing, report } = await keptOf(target)
      return { missing, score: scoreOf(report), target }
    })
  )

const head = await run("git", ["rev-parse", "--short=8", "HEAD"], root)
const measured = {
  day: new Date().toISOString().slice(0, 10),
  // A copy without a history has none.
  commit: head.code === 0 ? head.stdout.trim() : null
}

const results = await scored(chosen)
for (const { missing, score, target } of results) {
  if (missing.length === 0) console.log(rowOf(target, score, measured).text)
  else console.log(`${target.name}: ${missing.length} files are left; run it again`)
  for (const { file, line, replacement, source } of score.survivors.filter(({ explanation }) => explanation === null)) {
    console.log(`  ${file}:${line}: nobody has said why this may live: ${source} -> ${replacement}`)
  }
}

const whole = (await scored(targets)).filter(({ missing }) => missing.length === 0)
const useless = whole.length < targets.length ? [] : stale(whole.flatMap(({ score }) => score.survivors))
for (const { file, source } of useless) console.log(`an explanation of nothing: ${file} ${source}`)
if (values.write) {
  await writeFile(
    page,
    withRows(
      await readFile(page, "utf8"),
      whole.map(({ score, target }) => rowOf(target, score, measured))
    )
  )
}

const good = results.every(
  ({ missing, score }) =>
    missing.length === 0 &&
    percent(score) >= leastScore &&
    score.survivors.every(({ explanation }) => explanation !== null)
)
process.exitCode = good && useless.length === 0 ? 0 : 1
