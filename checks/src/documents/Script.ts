import type { Block } from "./Blocks.ts"
import { ruleOf } from "./CommandRules.ts"
import { isSetting, linesOf } from "./Commands.ts"

/** What a page writes for something that its reader has, and what stands for it here. */
export type StandIns = ReadonlyArray<readonly [written: string, here: string]>

const filled = (line: string, standIns: StandIns): string =>
  standIns.reduce((text, [written, here]) => text.replaceAll(written, here), line)

/** The lines of a block that run as they are written, with the settings before them. Empty where all have a rule. */
export const scriptOf = (block: Block, standIns: StandIns): string => {
  const lines = linesOf(block).filter((line) => ruleOf(line) === undefined)
  return lines.every(isSetting) ? "" : lines.map((line) => filled(line, standIns)).join("\n")
}

/** The commands of blocks that have a rule, each once, in the form that runs. */
export const ruledCommands = (lines: ReadonlyArray<string>) => {
  const ruled = lines.flatMap((line) => {
    const rule = ruleOf(line)
    return rule === undefined ? [] : [{ line, rule, runs: rule.as?.(line) ?? line }]
  })
  return [...new Map(ruled.map((one) => [one.runs, one])).values()]
}
