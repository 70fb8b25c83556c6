import { availableParallelism, totalmem } from "node:os"
import { type Bound, defaultsOf } from "./Bound.ts"
import type { SandboxUser } from "./internal/host/Confinement.ts"
import { defaultLimits, type Limits } from "./Limits.ts"

const leastIdleProcesses = 32
const mebibyte = 1_048_576

/** Without a limit, a container reports an invalid number, or more than the machine has. */
const memoryMb = (): number => Math.floor(Math.min(totalmem(), process.constrainedMemory() || totalmem()) / mebibyte)

/** The numbers of a sandbox that a deployment may set: its processes and its queue. */
export const sandboxBounds = {
  concurrency: {
    purpose: "Concurrent executions; more wait for their turn.",
    unit: "executions",
    default: 2 * availableParallelism(),
    defaultIs: "two for each core",
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
    purpose: "Executions that may wait for their turn; beyond that some are refused with 503.",
    unit: "executions",
    default: 128,
    least: 0,
    most: 100_000
  },
  spares: {
    purpose: "Idle, unassigned processes to keep ready.",
    unit: "processes",
    default: 1,
    least: 0,
    most: 64
  },
  loadedSpares: {
    purpose:
      "Idle processes that have loaded a component ahead, of those asked for most, for installs without a process.",
    unit: "processes",
    default: 4,
    least: 0,
    most: 1_024
  },
  idleProcesses: {
    purpose: "Idle processes to keep for the installs that they served, all installs together.",
    unit: "processes",
    default: Math.max(leastIdleProcesses, availableParallelism()),
    defaultIs: "32, or one for each core where that is more",
    least: 0,
    most: 1_024
  },
  idleMb: {
    purpose: "Memory that these may take together; what they share counts for each. The one used last is always kept.",
    unit: "MiB",
    default: Math.floor(memoryMb() / 4),
    defaultIs: "a quarter of the machine's, or of its container's",
    least: 0,
    most: 1_048_576
  },
  idleMs: {
    purpose: "How long such a process is kept without work.",
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

/** The options with those that a deployment did not set. */
export const defaultSandboxOptions = (given: Partial<SandboxOptions> = {}): SandboxOptions => {
  const concurrency = given.concurrency ?? sandboxBounds.concurrency.default
  return {
    ...defaultsOf(sandboxBounds),
    concurrency,
    concurrencyPerTenant: Math.ceil((concurrency * 3) / 4),
    concurrencyPerInstall: Math.ceil(concurrency / 2),
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
