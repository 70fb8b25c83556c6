import { Context, Effect, Layer, Semaphore } from "effect"
import type { Component } from "./Component.ts"
import type { ExecuteRequest, ExecuteResponse } from "./Execute.ts"
import { ExecutionFailed } from "./ExecutionFailed.ts"
import type { HostCall, HostReply, ProtocolViolation } from "./HostCall.ts"
import { bind, converse } from "./internal/host/conversation.ts"
import { guestProgram } from "./internal/host/Engine.ts"
import { gone, startGuest } from "./internal/host/Guest.ts"
import { makeGuestPool } from "./internal/host/GuestPool.ts"
import { memoryPlan } from "./internal/host/memoryPlan.ts"
import { checkNode } from "./internal/host/NodeVersion.ts"
import { capped, type Limits, memoryPages } from "./Limits.ts"
import type { NodeUnsuitable } from "./NodeUnsuitable.ts"
import { defaultSandboxOptions, type SandboxOptions } from "./SandboxOptions.ts"

/** One execution. */
export interface Execution<R> {
  readonly component: Component
  /** Who it runs for. A process serves one tenant, install, component and memory limit in its life, and no other. */
  readonly tenantId: string
  readonly installId: string
  readonly request: ExecuteRequest
  /** What is above the sandbox's own limits counts as those. */
  readonly limits: Limits
  /** Answers the guest's host calls, one at a time. */
  readonly host: (call: HostCall) => Effect.Effect<HostReply, ProtocolViolation, R>
}

/**
 * Runs components, each request on a fresh instance in a process that can reach nothing but its pipe.
 *
 * Guarantees:
 * - The limits of the execution hold: its time covers waiting, starting and running; then the process is killed.
 * - State of one request is not there in the next, and no process ever serves two installs.
 * - A process that failed in any way is never used again, and the next execution works.
 * - Interrupting an execution kills its process; the end of a process interrupts the host call in flight.
 * - When the layer's scope closes, no process is left.
 */
export interface SandboxService {
  readonly execute: <R>(execution: Execution<R>) => Effect.Effect<ExecuteResponse, ExecutionFailed, R>
}

/** The sandbox. */
export class Sandbox extends Context.Service<Sandbox, SandboxService>()("@alga-psa/ext-adapters-wit/Sandbox") {}

const heapMb = 256
/** Node's own WebAssembly, which reads the process's program, needs this much. */
const ownMemoryPages = 1_024
const headersBytes = 1_048_576
const inBase64 = (bytes: number): number => Math.ceil(bytes / 3) * 4

const keyOf = ({ tenantId, installId, component, limits }: Omit<Execution<never>, "host">): string =>
  JSON.stringify([tenantId, installId, component.hash, limits.memoryMb])

const make = Effect.fnUntraced(function* (given: Partial<SandboxOptions>) {
  const options = { ...defaultSandboxOptions(), ...given }
  yield* checkNode(options.execPath)
  const pool = yield* makeGuestPool(
    () =>
      startGuest({
        execPath: options.execPath,
        program: guestProgram(),
        memoryPages: Math.max(memoryPages(options.limits), ownMemoryPages),
        heapMb,
        frameBytes: inBase64(options.limits.responseBodyBytes) + options.limits.hostCallBytes + headersBytes
      }),
    options
  )
  const turn = yield* Semaphore.make(options.concurrency)

  const execute: SandboxService["execute"] = Effect.fn("Sandbox.execute")(function* <R>(execution: Execution<R>) {
    const { component, request } = execution
    const limits = capped(execution.limits, options.limits)
    const maxima = memoryPlan(component.modules, memoryPages(limits))
    if (maxima === null) {
      return yield* new ExecutionFailed({ reason: "memory-limit", detail: `starts above ${limits.memoryMb} MiB` })
    }
    if ((request.http.body?.byteLength ?? 0) > limits.requestBodyBytes) {
      return yield* new ExecutionFailed({
        reason: "request-too-large",
        detail: `${request.http.body?.byteLength} bytes`
      })
    }
    let began = false

    const onGuest = Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const guest = yield* pool.take(keyOf({ ...execution, limits }), restore)
        began = true
        const talk = Effect.gen(function* () {
          if (!guest.bound) yield* bind(guest, component, maxima, limits)
          guest.bound = true
          return yield* converse(guest, request, limits, execution.host)
        })
        return yield* restore(Effect.raceFirst(talk, gone(guest))).pipe(
          Effect.onExit((exit) => (exit._tag === "Success" ? pool.keep(guest) : pool.discard(guest)))
        )
      })
    )
    return yield* turn.withPermit(onGuest).pipe(
      Effect.timeoutOrElse({
        duration: limits.timeoutMs,
        orElse: () =>
          Effect.fail(
            new ExecutionFailed({ reason: began ? "timeout" : "unavailable", detail: `after ${limits.timeoutMs} ms` })
          )
      })
    )
  })

  return Sandbox.of({ execute })
})

/** A sandbox of child processes. Fails where the Node that runs guests is not suitable. */
export const layerSandbox = (options: Partial<SandboxOptions> = {}): Layer.Layer<Sandbox, NodeUnsuitable> =>
  Layer.effect(Sandbox, make(options))
