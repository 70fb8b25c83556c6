import type { Container } from "@alga-psa/ext-adapters-wit/Container"
import { inMb, type Sizes } from "../Sizes.ts"

/** One of the numbers that a start goes by. */
export interface SizeRow {
  readonly size: string
  readonly is: number | null
  readonly unit: string
}

/** What the container has, and what each part takes of it. */
export const sizeRows = (container: Container, sizes: Sizes): ReadonlyArray<SizeRow> => {
  const { intake, sandbox } = sizes
  return [
    { size: `memory of the ${container.memoryFrom}`, is: container.memoryMb, unit: "MiB" },
    { size: "processors", is: container.processors, unit: "processors" },
    { size: "process ids", is: container.pids, unit: "processes and threads" },
    { size: "executions at the same time", is: sandbox.concurrency, unit: "executions" },
    { size: "sandbox processes", is: sandbox.processes, unit: "processes" },
    { size: "their memory", is: sandbox.memoryMb, unit: "MiB" },
    { size: "of it idle", is: sandbox.idleMb, unit: "MiB" },
    { size: "request bodies", is: inMb(sizes.bodiesBytes), unit: "MiB" },
    { size: "waiting answers", is: inMb(sizes.answerBytes), unit: "MiB" },
    { size: "pages in memory", is: inMb(sizes.pageBytes), unit: "MiB" },
    { size: "bundle cache", is: inMb(sizes.bundleCacheBytes), unit: "MiB" },
    { size: "component cache", is: inMb(sizes.componentCacheBytes), unit: "MiB" },
    { size: "bundles taken in at the same time", is: intake.bundles, unit: "bundles" },
    { size: "components taken in at the same time", is: intake.components, unit: "components" },
    { size: "pages opened at the same time", is: intake.pages, unit: "pages" }
  ]
}

/** The numbers that matter most, for the log of a start. */
export const sizesInWords = (container: Container, { sandbox }: Sizes): string => {
  const { memoryFrom, memoryMb, pids, processors } = container
  const has = `memory ${memoryMb} MiB (${memoryFrom}), processors ${processors}, process ids ${pids ?? "without a limit"}`
  const takes = `${sandbox.concurrency} executions at the same time, ${sandbox.processes} processes of ${sandbox.memoryMb} MiB together`
  return `sizes: ${has}; at most ${takes}`
}
