import { type Bound, defaultsOf } from "@alga-psa/ext-domain/Bound"
import { type Container, readContainer } from "./Container.ts"
import type { SandboxUser } from "./internal/host/Confinement.ts"
import { defaultLimits, type Limits } from "./Limits.ts"

const leastIdleProcesses = 32
/** What a process takes of memory, in MiB, for so many of them to work at the same time. */
export const processMbAtWork = 64
/** Threads of a process, each of which the system counts: six, and one of room. */
export const threadsOfProcess = 7
/** Threads that a sandbox leaves to the program around it. */
const threadsAround = 48
const leastMemoryMb = 128

/** The numbers of a sandbox that a deployment may set: its processes and its queue. */
export const sandboxBounds = {
  concurrency: {
    purpose: "Concurrent executions; more wait for their turn.",
    unit: "executions",
    default: null,
    defaultIs: "two for each core, as far as memory and process ids allow",
    least: 1,
    most: 1_024
  },
  concurrencyPerTenant: {
    purpose: "Concurrent executions of one tenant.",
    unit: "executions",
    default: null,
    defaultIs: "three quarters of all",
    least: 1,
    most: 1_024
  },
  concurrencyPerInstall: {
    purpose: "Concurrent executions of one install.",
    unit: "executions",
    default: null,
    defaultIs: "half of all",
    least: 1,
    most: 1_024
  },
  queueLength: {
    purpose: "Executions that may wait for their turn; beyond that, some are refused with 503.",
    unit: "executions",
    default: 128,
    least: 0,
    most: 100_000
  },
  spares: {
    purpose:
      "Idle, unassigned processes to keep ready. With 0, none waits to transpile a component either, and one that a look at readiness starts is kept no longer than any idle process.",
    unit: "processes",
    default: 1,
    least: 0,
    most: 64
  },
  loadedSpares: {
    purpose: "Idle processes that have one of the most requested components loaded, for installs without a process.",
    unit: "processes",
    default: 4,
    least: 0,
    most: 1_024
  },
  idleProcesses: {
    purpose: "Idle processes to keep for the installs that they served, for all installs together.",
    unit: "processes",
    default: null,
    defaultIs: "32, or one for each core where that is more; never more than all processes",
    least: 0,
    most: 1_024
  },
  idleMb: {
    purpose:
      "Memory that all idle processes may take together; shared memory counts for each. The one used last is always kept.",
    unit: "MiB",
    default: null,
    defaultIs: "a quarter of the container's or machine's, at most what all processes may have",
    least: 0,
    most: 1_048_576
  },
  processes: {
    purpose: "Processes at the same time, including those that start, wait or end.",
    unit: "processes",
    default: null,
    defaultIs: "what the container's process ids allow, seven for each, at most 4096",
    least: 1,
    most: 4_096
  },
  memoryMb: {
    purpose:
      "Memory that all processes may have together, without what they share. A new one waits for room. If all take more, the largest is ended with memory-limit.",
    unit: "MiB",
    default: null,
    defaultIs: "what the container or machine has beside the runner's own",
    least: 64,
    most: 1_048_576
  },
  idleMs: {
    purpose: "How long an idle process is kept.",
    unit: "milliseconds",
    default: 60_000,
    least: 0,
    most: 86_400_000
  },
  requestsPerProcess: {
    purpose: "Requests after which a process is replaced.",
    unit: "requests",
    default: 10_000,
    least: 1,
    most: 1_000_000_000
  },
  processMb: {
    purpose: "Memory above which a process is replaced after its request.",
    unit: "MiB",
    default: 512,
    least: 128,
    most: 65_536
  }
} as const satisfies { readonly [name: string]: Bound }

/** The values of {@link sandboxBounds}. */
export type SandboxNumbers = { readonly [Name in keyof typeof sandboxBounds]: number }

/** How many processes a sandbox may have, and which Node they are. */
export interface SandboxOptions extends SandboxNumbers {
  /** How many processes can grow at the same moment. Default: the processors, at most `concurrency`. */
  readonly processors: number
  /**
   * What a process serves in its life: `install` for one install, `component` for all installs of one component, each by
   * instances of its own. Default: `install`.
   */
  readonly processPer: "install" | "component"
  /** How long a process may take to start, and to make itself ready ahead of a request, in milliseconds. Default: 10,000. */
  readonly startMs: number
  /** How long a closing sandbox waits for what runs before it ends it, in milliseconds. Default: 5,000. */
  readonly graceMs: number
  /**
   * `auto` has the system take from each process what it can take, by `setpriv` and a POSIX shell where they are; `none`
   * leaves Node's permission model alone. Default: `auto`.
   */
  readonly confinement: "auto" | "none"
  /**
   * The user and group that processes run as, who must be able to read this package and Node. It takes root and `setpriv`.
   * Default: null, those of this program.
   */
  readonly user: SandboxUser | null
  /** The Node that runs guests: 26 or newer. Default: the one that runs this program. */
  readonly execPath: string
  /** The limits that no execution is above. Default: {@link defaultLimits}. */
  readonly limits: Limits
}

let known: Container | undefined
/** The container of this program, read once. */
export const thisContainer = (): Container => {
  known ??= readContainer()
  return known
}

/** The numbers that follow from what a container has, where a deployment does not set them. */
export const sandboxSizes = (
  given: { readonly [Name in keyof SandboxNumbers]?: number | undefined },
  { memoryMb: all, pids, processors }: Container
) => {
  const spares = given.spares ?? sandboxBounds.spares.default
  const { most } = sandboxBounds.processes
  const byPids = pids === null ? most : Math.floor((pids - threadsAround) / threadsOfProcess)
  const processes = given.processes ?? Math.min(most, Math.max(1, byPids))
  const memoryMb = given.memoryMb ?? Math.max(leastMemoryMb, Math.floor((all * 3) / 4))
  const byMemory = Math.floor(memoryMb / processMbAtWork)
  const wanted = Math.min(Math.ceil(2 * processors), byMemory, processes - spares, sandboxBounds.concurrency.most)
  const idle = Math.min(Math.max(leastIdleProcesses, Math.ceil(processors)), processes)
  return {
    processes,
    memoryMb,
    concurrency: given.concurrency ?? Math.max(1, wanted),
    idleProcesses: given.idleProcesses ?? idle,
    idleMb: given.idleMb ?? Math.min(Math.floor(all / 4), memoryMb)
  }
}

/** The options with those that a deployment did not set. */
export const defaultSandboxOptions = (
  given: Partial<SandboxOptions> = {},
  container: Container = thisContainer()
): SandboxOptions => {
  const sizes = sandboxSizes(given, container)
  return {
    ...defaultsOf(sandboxBounds),
    ...sizes,
    concurrencyPerTenant: Math.ceil((sizes.concurrency * 3) / 4),
    concurrencyPerInstall: Math.ceil(sizes.concurrency / 2),
    processors: Math.min(Math.ceil(container.processors), sizes.concurrency),
    processPer: "install",
    startMs: 10_000,
    graceMs: 5_000,
    confinement: "auto",
    user: null,
    execPath: process.execPath,
    limits: defaultLimits,
    ...given
  }
}
