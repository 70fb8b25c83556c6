import { Internal, InvalidInput, NotAllowed } from "@alga-psa/ext-domain/CallError"
import { DataSourceError } from "@alga-psa/ext-domain/DataSourceError"
import { Cause, type Effect, Exit, type Layer, ManagedRuntime } from "effect"
import {
  ClosedError,
  InvalidInputError,
  NotAllowedError,
  ReadFailedError,
  type ReadsError
} from "../../promise/ReadsError.ts"
import { CallersError } from "../callersError.ts"

const plainError = (error: unknown): ReadsError => {
  if (error instanceof InvalidInput) return new InvalidInputError(error.field, error.why)
  if (error instanceof NotAllowed) return new NotAllowedError(error.reason, error.missing, error.message)
  if (error instanceof Internal) return plainError(error.cause)
  if (!(error instanceof DataSourceError)) return new ReadFailedError("failed", "the read failed", error)
  const { cause, message, reason } = error
  return new ReadFailedError(reason, message, cause instanceof CallersError ? cause.cause : cause)
}

/** Runs effects for callers who know promises alone, until it is closed. */
export interface Door<R> {
  readonly run: <A>(effect: Effect.Effect<A, unknown, R>) => Promise<A>
  readonly close: () => Promise<void>
}

/** Opens a door to what the layer makes when it is first used, once for all calls. */
export const openDoor = <R>(layer: Layer.Layer<R, unknown>): Door<R> => {
  const runtime = ManagedRuntime.make(layer)
  const running = new Set<Promise<unknown>>()
  let closed: Promise<void> | undefined

  return {
    run: async (effect) => {
      if (closed !== undefined) throw new ClosedError()
      const ending = runtime.runPromiseExit(effect)
      running.add(ending)
      const exit = await ending
      running.delete(ending)
      if (Exit.isSuccess(exit)) return exit.value
      throw plainError(Cause.squash(exit.cause))
    },
    close: () => {
      closed ??= Promise.all(running).then(() => runtime.dispose())
      return closed
    }
  }
}
