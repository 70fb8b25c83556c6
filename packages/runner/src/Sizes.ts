import { sandboxSizes, threadsOfProcess } from "@alga-psa/ext-adapters-wit"
import type { Container } from "@alga-psa/ext-adapters-wit/Container"
import { httpDefaults } from "./HttpBounds.ts"
import { usualIntake } from "./IntakeSizes.ts"

/** The settings that sizes follow from, where they are set. */
export type SizeSettings = {
  readonly [Name in
    | "HTTP_BODY_BYTES"
    | "HTTP_BODIES_BYTES"
    | "HTTP_ANSWER_BYTES"
    | "BUNDLE_CACHE_BYTES"
    | "COMPONENT_CACHE_BYTES"
    | "LIMIT_MEMORY_MB"
    | "SANDBOX_CONCURRENCY"
    | "SANDBOX_SPARES"
    | "SANDBOX_PROCESSES"
    | "SANDBOX_MEMORY_MB"
    | "SANDBOX_IDLE_PROCESSES"
    | "SANDBOX_IDLE_MB" as `ALGA_EXTENSION_RUNNER_${Name}`]?: number | undefined
}

/** Where the caches lie. */
export interface CachePlace {
  /** Whether what lies there is memory of the container. */
  readonly inMemory: boolean
  /** Bytes of the file system; null where they are not known. */
  readonly bytes: number | null
}

/** How much each part of a runner takes. */
export interface Sizes {
  /** Of the sandbox: concurrency, processes, their memory, and what of it may be idle. */
  readonly sandbox: ReturnType<typeof sandboxSizes>
  /** Bodies of requests under way, all together. */
  readonly bodiesBytes: number
  /** Answers that wait for their callers, all together. */
  readonly answerBytes: number
  /** Files of pages that are kept in memory. */
  readonly pageBytes: number
  readonly bundleCacheBytes: number
  readonly componentCacheBytes: number
  /** How many bundles, components and pages are taken in at the same time. */
  readonly intake: { readonly bundles: number; readonly components: number; readonly pages: number }
  /** MiB that are left for the processes of the sandbox; negative where the others take more than there is. */
  readonly leftMb: number
  /** Process ids that everything beside the sandbox takes. */
  readonly threadsAround: number
}

const mebibyte = 1_048_576

/** MiB of the runner's own process beside what is counted apart. */
const ownMb = 256
/** A body is in memory as it came, as a text and decoded. */
const copiesOfBody = 3
/** MiB of the process that takes in one bundle, and of one that opens a page. */
const bundleMb = 128
const pageMb = 64
/** This share of the memory is left over: for the kernel, and for growth between two measurements. */
const partLeft = 20
const leastSandboxMb = 128
const mostCacheMb = 1_024
/** Threads of the runner's own process, and of a health check beside it. */
const ownThreads = 32

const between = (least: number, value: number, most: number): number =>
  Math.max(least, Math.min(Math.floor(value), most))

/** MiB, rounded up. */
export const inMb = (bytes: number): number => Math.ceil(bytes / mebibyte)

const usualCacheMb = (memoryMb: number, { bytes, inMemory }: CachePlace): number => {
  const most = bytes === null ? mostCacheMb : between(1, (inMb(bytes) * 2) / 5, mostCacheMb)
  return inMemory ? between(1, memoryMb / 16, most) : most
}

/**
 * Sizes after what a container has and what is set. Where nothing is set, all parts together take less than its memory and its
 * process ids: the sandbox has what the others leave.
 */
export const sizesOf = (set: SizeSettings, container: Container, cache: CachePlace): Sizes => {
  const { memoryMb, pids } = container
  const mostBodyMb = inMb(set.ALGA_EXTENSION_RUNNER_HTTP_BODY_BYTES ?? httpDefaults.bodyBytes)
  const cacheMb = usualCacheMb(memoryMb, cache)
  const intake = {
    bundles: between(1, memoryMb / 1_024, usualIntake.bundles),
    components: between(1, memoryMb / 2_048, usualIntake.components),
    pages: between(1, memoryMb / 2_048, usualIntake.pages)
  }
  const bytes = {
    bodiesBytes:
      set.ALGA_EXTENSION_RUNNER_HTTP_BODIES_BYTES ??
      between(2 * mostBodyMb, memoryMb / 32, inMb(httpDefaults.bodiesBytes)) * mebibyte,
    answerBytes:
      set.ALGA_EXTENSION_RUNNER_HTTP_ANSWER_BYTES ??
      between(32, memoryMb / 16, inMb(httpDefaults.answerBytes)) * mebibyte,
    pageBytes: between(16, memoryMb / 32, inMb(usualIntake.pageBytes)) * mebibyte,
    bundleCacheBytes: set.ALGA_EXTENSION_RUNNER_BUNDLE_CACHE_BYTES ?? cacheMb * mebibyte,
    componentCacheBytes: set.ALGA_EXTENSION_RUNNER_COMPONENT_CACHE_BYTES ?? cacheMb * mebibyte
  }
  const inParentMb = inMb(copiesOfBody * bytes.bodiesBytes + bytes.answerBytes + bytes.pageBytes)
  const inCachesMb = cache.inMemory ? inMb(bytes.bundleCacheBytes + bytes.componentCacheBytes) : 0
  const inIntakeMb = intake.bundles * bundleMb + intake.pages * pageMb
  const leftMb = memoryMb - Math.ceil(memoryMb / partLeft) - ownMb - inParentMb - inIntakeMb - inCachesMb
  const threadsAround = ownThreads + (intake.bundles + intake.pages + 1) * threadsOfProcess
  const byPids = pids === null ? undefined : Math.max(1, Math.floor((pids - threadsAround) / threadsOfProcess))
  return {
    ...bytes,
    intake,
    leftMb,
    threadsAround,
    sandbox: sandboxSizes(
      {
        concurrency: set.ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY,
        spares: set.ALGA_EXTENSION_RUNNER_SANDBOX_SPARES,
        processes: set.ALGA_EXTENSION_RUNNER_SANDBOX_PROCESSES ?? byPids,
        memoryMb: set.ALGA_EXTENSION_RUNNER_SANDBOX_MEMORY_MB ?? Math.max(leastSandboxMb, leftMb),
        idleProcesses: set.ALGA_EXTENSION_RUNNER_SANDBOX_IDLE_PROCESSES,
        idleMb: set.ALGA_EXTENSION_RUNNER_SANDBOX_IDLE_MB
      },
      container
    )
  }
}
