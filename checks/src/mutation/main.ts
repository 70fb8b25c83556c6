import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Stryker } from "@stryker-mutator/core"
import { root } from "../release/Packages.ts"
import { leastScore, percent, type Score, scoreOf } from "./Report.ts"
import { chosenTargets, type Target } from "./Targets.ts"

const folder = await mkdtemp(join(tmpdir(), "alga-mutation-"))
const runner = createRequire(import.meta.url).resolve("@stryker-mutator/vitest-runner")
const scores: Array<readonly [Target, Score]> = []

try {
  for (const target of chosenTargets(process.argv.slice(2))) {
    const configFile = join(folder, `${target.name}.config.mjs`)
    const report = join(folder, `${target.name}.json`)
    const config = { test: { include: target.tests, testTimeout: 30_000 } }
    await writeFile(configFile, `export default ${JSON.stringify(config)}`)
    process.chdir(join(root, "packages", target.folder))
    await new Stryker({
      plugins: [runner],
      testRunner: "vitest",
      vitest: { configFile },
      mutate: [...target.mutate],
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
    scores.push([target, scoreOf(JSON.parse(await readFile(report, "utf8")))])
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

for (const [{ folder, name }, score] of scores) {
  const counts = `${score.all} | ${score.killed} | ${score.survivors.length} | ${percent(score).toFixed(1)} %`
  console.log(`| ${name} | \`${folder}\` | ${counts} |`)
  for (const { file, line, replacement, source } of score.survivors.filter(({ why }) => why === null)) {
    console.log(`  ${file}:${line}: nobody has said why this may live: ${source} -> ${replacement}`)
  }
}
const good = scores.every(
  ([, score]) => percent(score) >= leastScore && score.survivors.every(({ why }) => why !== null)
)
process.exitCode = good ? 0 : 1
