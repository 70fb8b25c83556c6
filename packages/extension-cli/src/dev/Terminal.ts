import { plainLine } from "@alga-psa/ext-extension-build/PlainLine"
import type { Bench, BuildProblem } from "./Bench.ts"
import type { ExecutionRecord } from "./ExecutionRecord.ts"
import { seconds } from "./page/src/seconds.ts"

/** How many lines of one execution are printed. */
const mostLines = 40

const problemLine = ({ message, where }: BuildProblem): string => `  ${where}: ${message}`

/** What the terminal says of a build that has ended; nothing of one that runs. */
export const buildLines = ({ build, revision }: Pick<Bench, "build" | "revision">): ReadonlyArray<string> => {
  if (build.status === "building") return []
  const lines =
    build.status === "ready"
      ? [`Ready in ${seconds(build.milliseconds)}`, ...build.notes.map((note) => `  note: ${note}`)]
      : [
          `The build failed; ${revision === 0 ? "nothing runs yet" : "the last good one still runs"}:`,
          ...build.problems.map(problemLine)
        ]
  return lines.map(plainLine)
}

const textLines = (text: string): ReadonlyArray<string> => text.split("\n").map((line) => `  ${line}`)

/** How many host calls an execution made, and how much memory it took. */
const usedOf = (limits: ExecutionRecord["limits"]): ReadonlyArray<string> =>
  limits.flatMap(({ name, used }) =>
    name === "hostCalls" && used > 0
      ? [`${used} ${used === 1 ? "call" : "calls"}`]
      : name === "memoryMb"
        ? [`${used} MB`]
        : []
  )

/** What the terminal says of an execution that has ended: the request, what failed, and the log. */
export const executionLines = (record: ExecutionRecord): ReadonlyArray<string> => {
  const { answer, calls, error, limits, logs, milliseconds, request, viewer } = record
  const failed = calls.filter(({ outcome }) => outcome !== "ok")
  const lines = [
    ...(error === null ? [] : textLines(error)),
    ...failed.map(({ operation, outcome, why }) => `  ${operation}: ${outcome}${why === null ? "" : `, ${why}`}`),
    ...logs.flatMap(({ level, text }) => textLines(`${level} ${text}`))
  ]
  const more = lines.length - mostLines
  return [
    [request, answer?.status ?? "failed", seconds(milliseconds ?? 0), ...usedOf(limits), viewer].join("  "),
    ...lines.slice(0, mostLines),
    ...(more > 0 ? [`  … ${more} more lines are in the panel`] : [])
  ].map(plainLine)
}
