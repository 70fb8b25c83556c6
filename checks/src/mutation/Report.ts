import { type Explanation, explanations } from "./Explanations.ts"

/** A mutant as Stryker reports it. */
interface ReportedMutant {
  readonly mutatorName: string
  readonly replacement?: string
  readonly status: string
  readonly location: {
    readonly start: { readonly line: number; readonly column: number }
    readonly end: { readonly line: number; readonly column: number }
  }
}

/** What Stryker's JSON report says of a file, as far as it is read. */
export interface ReportedFile {
  readonly source: string
  readonly mutants: ReadonlyArray<ReportedMutant>
}

/** What Stryker's JSON report says, as far as it is read. */
export interface MutationReport {
  readonly files: Readonly<Record<string, ReportedFile>>
}

/** A mutant that no test noticed. */
export interface Survivor {
  readonly file: string
  readonly line: number
  readonly source: string
  readonly replacement: string
  /** Why it may live; null where nobody has said. */
  readonly explanation: Explanation | null
}

/** How a target did. */
export interface Score {
  readonly killed: number
  /** Mutants that a test could notice: not those that do not load. */
  readonly all: number
  readonly survivors: ReadonlyArray<Survivor>
}

const sourceOf = (source: string, { end, start }: ReportedMutant["location"]): string => {
  const lines = source.split("\n").slice(start.line - 1, end.line)
  const last = lines.length - 1
  return lines
    .map((line, at) => line.slice(at === 0 ? start.column - 1 : 0, at === last ? end.column - 1 : undefined))
    .join("\n")
}

const explanationOf = (file: string, source: string, replacement: string): Explanation | null =>
  explanations.find((one) => one.file.test(file) && one.source.test(source) && one.replacement.test(replacement)) ??
  null

/** The explanations of none of these survivors: what they excused is gone, or is noticed by now. */
export const stale = (survivors: ReadonlyArray<Survivor>): ReadonlyArray<Explanation> =>
  explanations.filter((one) => !survivors.some(({ explanation }) => explanation === one))

/** The least share of mutants that tests must notice, in percent. */
export const leastScore = 95

/** The share of mutants that tests noticed, in percent. */
export const percent = ({ all, killed }: Score): number => (100 * killed) / all

/** Reads a report. */
export const scoreOf = (report: MutationReport): Score => {
  const files = Object.entries(report.files).sort(([a], [b]) => (a < b ? -1 : 1))
  const mutants = files.flatMap(([file, { mutants, source }]) =>
    mutants.map((mutant) => ({ file, mutant, source: sourceOf(source, mutant.location) }))
  )
  const living = mutants.filter(({ mutant }) => ["Survived", "NoCoverage"].includes(mutant.status))
  const killed = mutants.filter(({ mutant }) => ["Killed", "Timeout"].includes(mutant.status)).length
  const survivors = living.map(({ file, mutant: { location, replacement = "" }, source }) => {
    const explanation = explanationOf(file, source, replacement)
    return { file, line: location.start.line, source, replacement, explanation }
  })
  return { killed, all: killed + living.length, survivors }
}
