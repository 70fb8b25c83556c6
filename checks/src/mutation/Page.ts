import type { Score, Survivor } from "./Report.ts"
import type { Target } from "./Targets.ts"

/** Where the page is, relative to the workspace. */
export const pagePath = "docs/mutation.md"

/** The least share of mutants that tests must notice, in percent. */
export const leastScore = 95

/** The share of mutants that tests noticed, in percent. */
export const percent = ({ all, killed }: Score): number => (100 * killed) / all

const code = (text: string): string =>
  `\`${text.replaceAll(/\s+/g, " ").replaceAll("`", "'").replaceAll("|", "\\|").slice(0, 70)}\``

const row = (folder: string, { file, line, replacement, source, why }: Survivor): string =>
  `| \`${folder}/${file}\` ${line} | ${code(source)} | ${code(replacement)} | ${why ?? "**Nobody has said.**"} |`

/** The page that says how many mutants the tests notice, and why the others may live. */
export const page = (scores: ReadonlyArray<readonly [target: Target, score: Score]>): string =>
  [
    "# Mutation testing",
    "",
    "[Stryker](https://stryker-mutator.io) changes one thing at a time in the domain and in the code that guards, and runs the",
    "tests that need no process and no database: a change that no test notices is a survivor. `npx --yes pnpm@12 mutation`",
    "runs all targets and writes this page; CI does not. With the name of a target, or a file, it runs that alone.",
    "On two quiet cores all take about a quarter of an hour, summed up from runs of one target at a time.",
    "",
    `It fails where a target is below ${leastScore} %, and where a survivor has no reason in`,
    "`checks/src/mutation/Explanations.ts`. Changes that do not load are not counted. What only a process, a component or a",
    "database shows is not here: the confinement of guests, the statements on keys, the runner as a whole.",
    "",
    "| target | package | mutants | noticed | survivors | score |",
    "| --- | --- | --: | --: | --: | --: |",
    ...scores.map(
      ([{ folder, name }, score]) =>
        `| ${name} | \`${folder}\` | ${score.all} | ${score.killed} | ${score.survivors.length} | ${percent(score).toFixed(1)} % |`
    ),
    "",
    "## Survivors",
    "",
    "| where | was | became | why it may live |",
    "| --- | --- | --- | --- |",
    ...scores.flatMap(([{ folder }, { survivors }]) => survivors.map((survivor) => row(folder, survivor))),
    ""
  ].join("\n")
