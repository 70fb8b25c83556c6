import { availableParallelism } from "node:os"
import { defaultLimits, type Limits } from "./Limits.ts"

/** How many processes a sandbox may have, and which Node they are. */
export interface SandboxOptions {
  /** Executions at the same time; more wait for their turn. Default: two for each core. */
  readonly concurrency: number
  /** Processes kept started for whoever comes next. Default: 1. */
  readonly spares: number
  /** Processes kept for the install that they served, all installs together. Default: one for each core. */
  readonly idleProcesses: number
  /** How long such a process is kept without work, in milliseconds. Default: 60,000. */
  readonly idleMs: number
  /** The Node that runs guests: 26 or newer. Default: the one that runs this program. */
  readonly execPath: string
  /** The limits that no execution is above. Default: {@link defaultLimits}. */
  readonly limits: Limits
}

/** The options where a deployment sets none. */
export const defaultSandboxOptions = (): SandboxOptions => ({
  concurrency: 2 * availableParallelism(),
  spares: 1,
  idleProcesses: availableParallelism(),
  idleMs: 60_000,
  execPath: process.execPath,
  limits: defaultLimits
})
