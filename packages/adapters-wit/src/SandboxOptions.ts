import { availableParallelism, totalmem } from "node:os"
import type { SandboxUser } from "./internal/host/Confinement.ts"
import { defaultLimits, type Limits } from "./Limits.ts"

/** How many processes a sandbox may have, and which Node they are. */
export interface SandboxOptions {
  /** Executions at the same time; more wait for their turn. Default: two for each core. */
  readonly concurrency: number
  /** Executions of one tenant at the same time. Default: three quarters of `concurrency`. */
  readonly concurrencyPerTenant: number
  /** Executions of one install at the same time. Default: half of `concurrency`. */
  readonly concurrencyPerInstall: number
  /** Executions that may wait for their turn, all together; beyond that some are refused. Default: 128. */
  readonly queueLength: number
  /** Processes kept started for whoever comes next. Default: 1. */
  readonly spares: number
  /** Processes kept for the install that they served, all installs together. Default: 32, or one for each core where that is more. */
  readonly idleProcesses: number
  /**
   * Memory that these may take together, in MiB, by what each has resident, so that what they share counts for each. The one
   * that worked last is kept in any case. Default: a quarter of the memory of the machine, or of its container.
   */
  readonly idleMb: number
  /** How long such a process is kept without work, in milliseconds. Default: 60,000. */
  readonly idleMs: number
  /** How long a process may take to start, and to make itself ready ahead of a request, in milliseconds. Default: 10,000. */
  readonly startMs: number
  /** Requests after which a process is replaced. Default: 10,000. */
  readonly requestsPerProcess: number
  /** Memory of a process, in MiB, above which it is replaced after its request. Default: 512. */
  readonly processMb: number
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

const leastIdleProcesses = 32
const mebibyte = 1_048_576

/** A container without a limit tells a number that is none, or more than the machine has. */
const memoryMb = (): number => Math.floor(Math.min(totalmem(), process.constrainedMemory() || totalmem()) / mebibyte)

/** The options with those that a deployment did not set. */
export const defaultSandboxOptions = (given: Partial<SandboxOptions> = {}): SandboxOptions => {
  const concurrency = given.concurrency ?? 2 * availableParallelism()
  return {
    concurrency,
    concurrencyPerTenant: Math.ceil((concurrency * 3) / 4),
    concurrencyPerInstall: Math.ceil(concurrency / 2),
    queueLength: 128,
    spares: 1,
    idleProcesses: Math.max(leastIdleProcesses, availableParallelism()),
    idleMb: Math.floor(memoryMb() / 4),
    idleMs: 60_000,
    startMs: 10_000,
    requestsPerProcess: 10_000,
    processMb: 512,
    graceMs: 5_000,
    confinement: "auto",
    user: null,
    execPath: process.execPath,
    limits: defaultLimits,
    ...given
  }
}
