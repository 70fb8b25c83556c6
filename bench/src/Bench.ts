import { type Effect, Schema, type Scope } from "effect"
import type { Report } from "./Report.ts"

/** A bench could not be run. The reason says what to look at. */
export class BenchFailed extends Schema.TaggedError<BenchFailed>()("BenchFailed", { why: Schema.String }) {
  override get message(): string {
    return this.why
  }
}

/** What every bench is told. */
export interface BenchOptions {
  /** How much data, 1 for all of it. A small scale is for trying a bench out: its figures say nothing. */
  readonly scale: number
  /** A folder for data that a later run uses again. */
  readonly keep: string
  /** For how long to measure one operation, in milliseconds, after the warm-up. */
  readonly budget: number
  /** Told what is being done, for someone who waits. */
  readonly tell: (what: string) => Effect.Effect<void>
}

/** A measurement of this project beside a peer. */
export interface Bench {
  readonly name: string
  readonly summary: string
  readonly run: (options: BenchOptions) => Effect.Effect<Report, BenchFailed, Scope.Scope>
}
