import { processMbAtWork, threadsOfProcess } from "@alga-psa/ext-adapters-wit"
import type { Container } from "@alga-psa/ext-adapters-wit/Container"
import { type CachePlace, inMb, type SizeSettings, type Sizes } from "../Sizes.ts"

const memoryOf = ({ memoryFrom, memoryMb }: Container): string =>
  memoryFrom === "machine" ? `the machine has ${memoryMb} MiB` : `the container has ${memoryMb} MiB (${memoryFrom})`

/** Errors: a setting that alone takes more than the container has. Each names both numbers. */
export const sizeProblems = (
  set: SizeSettings,
  container: Container,
  cache: CachePlace,
  { threadsAround }: Sizes
): ReadonlyArray<string> => {
  const { memoryMb, pids } = container
  const bytes: ReadonlyArray<keyof SizeSettings> = [
    "ALGA_EXTENSION_RUNNER_HTTP_BODIES_BYTES",
    "ALGA_EXTENSION_RUNNER_HTTP_ANSWER_BYTES",
    ...(cache.inMemory
      ? (["ALGA_EXTENSION_RUNNER_BUNDLE_CACHE_BYTES", "ALGA_EXTENSION_RUNNER_COMPONENT_CACHE_BYTES"] as const)
      : [])
  ]
  const parts = [
    ["ALGA_EXTENSION_RUNNER_SANDBOX_MEMORY_MB", set.ALGA_EXTENSION_RUNNER_SANDBOX_MEMORY_MB ?? 0] as const,
    ...bytes.map((name) => [name, inMb(set[name] ?? 0)] as const)
  ]
  const tooLarge = parts
    .filter(([, part]) => part > memoryMb)
    .map(([name, part]) => `${name} is ${part} MiB, and ${memoryOf(container)}: set less, or give it more`)
  if (pids === null) return tooLarge
  const allowed = `the container allows ${pids} processes and threads`
  const least = threadsAround + threadsOfProcess
  if (pids < least) return [...tooLarge, `${allowed}, and the runner needs ${least}: allow more`]
  const processes = set.ALGA_EXTENSION_RUNNER_SANDBOX_PROCESSES ?? 0
  const threads = processes * threadsOfProcess
  if (threadsAround + threads <= pids) return tooLarge
  const most = Math.floor((pids - threadsAround) / threadsOfProcess)
  return [
    ...tooLarge,
    `ALGA_EXTENSION_RUNNER_SANDBOX_PROCESSES is ${processes}, which have ${threads} threads beside the runner's ${threadsAround}, and ${allowed}: set at most ${most}, or allow more`
  ]
}

/**
 * Warnings: a size that cannot be reached, or that leaves the system no choice but to end something. Each names both
 * numbers.
 */
export const sizeWarnings = (
  set: SizeSettings,
  container: Container,
  { leftMb, sandbox }: Sizes
): ReadonlyArray<string> => {
  const { concurrency, memoryMb, processes } = sandbox
  const isSet = set.ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY !== undefined
  const byMemory = Math.max(1, Math.floor(memoryMb / processMbAtWork))
  const guestMb = set.ALGA_EXTENSION_RUNNER_LIMIT_MEMORY_MB ?? 0
  const asked = `ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY is ${concurrency}`
  const lines: ReadonlyArray<readonly [applies: boolean, line: string]> = [
    [
      memoryMb > leftMb,
      `${memoryOf(container)}, and all parts together may take ${container.memoryMb + memoryMb - leftMb}: the system may end the runner under load; give it more, or set less`
    ],
    [
      isSet && concurrency > byMemory,
      `${asked}, and the processes have ${memoryMb} MiB together, which is enough for about ${byMemory}; the others wait for room: ${memoryOf(container)}`
    ],
    [isSet && concurrency > processes, `${asked}, and there are at most ${processes} processes; the others wait`],
    [
      guestMb > memoryMb,
      `ALGA_EXTENSION_RUNNER_LIMIT_MEMORY_MB is ${guestMb}, and the processes have ${memoryMb} MiB together; a guest that needs more ends with memory-limit`
    ]
  ]
  return lines.filter(([applies]) => applies).map(([, line]) => line)
}
