import { beginSpan, spanned } from "@alga-psa/ext-domain/Spanned"
import { inTimeOrElse } from "@alga-psa/ext-domain/WaitUnless"
import { Cause, Context, Effect, Exit, Layer, Option } from "effect"
import { AnswerRoom } from "./AnswerRoom.ts"
import type { Component } from "./Component.ts"
import type { ExecuteRequest, ExecuteResponse } from "./Execute.ts"
import { ExecutionFailed, type ExecutionFailedReason } from "./ExecutionFailed.ts"
import type { HostCall, HostReply, ProtocolViolation } from "./HostCall.ts"
import { headerBytes } from "./internal/child/HeaderBytes.ts"
import { makeAdmission, type Turn } from "./internal/host/Admission.ts"
import { makeApart } from "./internal/host/Apart.ts"
import { bind, prepare } from "./internal/host/binding.ts"
import { findConfinement, tellConfinement } from "./internal/host/Confinement.ts"
import { converse } from "./internal/host/conversation.ts"
import { guestProgram } from "./internal/host/Engine.ts"
import { type Guest, startGuest } from "./internal/host/Guest.ts"
import { makeGuestPool } from "./internal/host/GuestPool.ts"
import { memoryPlan } from "./internal/host/memoryPlan.ts"
import { countFailure, countInstance, noteWait, sandboxAtZero } from "./internal/host/metrics.ts"
import { checkNode } from "./internal/host/NodeVersion.ts"
import { placeOf } from "./internal/host/poolKey.ts"
import { type ProcessorWatch, promote, watchProcessor } from "./internal/host/processorWatch.ts"
import { capped, type Limits, memoryPages } from "./Limits.ts"
import type { NodeUnsuitable } from "./NodeUnsuitable.ts"
import { defaultSandboxOptions, type SandboxOptions } from "./SandboxOptions.ts"

/** One execution. */
export interface Execution<R> {
  readonly component: Component
  /** Who it runs for. An instance serves one tenant and install in its life, and no other. */
  readonly tenantId: string
  readonly installId: string
  readonly request: ExecuteRequest
  /** Capped at the sandbox's own limits. */
  readonly limits: Limits
  /** Answers the guest's host calls, one at a time. */
  readonly host: (call: HostCall) => Effect.Effect<HostReply, ProtocolViolation, R>
  /**
   * Hears `true` at the moment at which the guest gets the request, and `false` where that process never read it; then another
   * may get it.
   */
  readonly onRun?: ((begins: boolean) => void) | undefined
}

/**
 * Runs components in processes that can reach nothing but their pipes, each request on an instance that shows nothing of
 * another.
 *
 * Guarantees:
 * - The limits of the execution hold: its time covers waiting, starting and running; then the process is killed.
 * - State of one request is not there in the next, and no instance ever serves two installs, nor does a process unless it is one
 *   for each component. An instance whose state can be reset whole serves again; any other is thrown away.
 * - No tenant and no install runs more than its share at the same time; when too many wait, who fills the queue most is
 *   refused first.
 * - A process that failed in any way is never used again, and the next execution works.
 * - Where a process surely ended before it had read the request, another gets it, once. No request runs twice.
 * - Interrupting an execution kills its process; the end of a process interrupts the host call in flight.
 * - When the layer's scope closes, nobody is let in, what runs has its time of grace, and no process is left.
 */
export interface SandboxService {
  readonly execute: <R>(execution: Execution<R>) => Effect.Effect<ExecuteResponse, ExecutionFailed, R>
  /** Succeeds where a process works or waits for work, or one can be started at this moment. It runs no component. */
  readonly check: Effect.Effect<void, ExecutionFailed>
}

/** The sandbox. */
export class Sandbox extends Context.Service<Sandbox, SandboxService>()("@alga-psa/ext-adapters-wit/Sandbox") {}

const heapMb = 256
const mebibyte = 1_048_576
/** What a process takes beside its instances, in MiB. */
const processMb = 64
/** Node's own WebAssembly, which reads the process's program, needs this much. */
const ownMemoryPages = 1_024
/** What a response takes beside its body and its headers, and a message beside a response. */
const messageBytes = 1_048_576

const ready = (make: Effect.Effect<void, ExecutionFailed>) => Effect.mapError(make, () => "not-ready")

const refuse = (reason: ExecutionFailedReason, detail: string) => Effect.fail(new ExecutionFailed({ reason, detail }))

const checkRequest = ({ http }: ExecuteRequest, limits: Limits): Effect.Effect<void, ExecutionFailed> => {
  const body = http.body?.byteLength ?? 0
  if (body > limits.requestBodyBytes) return refuse("request-too-large", `${body} bytes`)
  if (http.headers.length > limits.headers) return refuse("request-header-limit", `${http.headers.length} headers`)
  const bytes = headerBytes([...http.headers, { name: http.method, value: http.url }])
  return bytes > limits.headerBytes ? refuse("request-headers-too-large", `${bytes} bytes`) : Effect.void
}

/** The request as the guest gets it. */
const withHostHeaders = ({ context, http: { hostHeaders = [], ...http } }: ExecuteRequest): ExecuteRequest => ({
  context,
  http: { ...http, headers: [...http.headers, ...hostHeaders] }
})

/** What an execution fails with whose process ended without the host's doing, or for lack of memory. */
const endsOfProcess: ReadonlySet<string> = new Set<ExecutionFailedReason>(["crashed", "memory-limit"])

const reasonOf = (cause: Cause.Cause<ExecutionFailed>): string =>
  Option.match(Cause.findErrorOption(cause), { onNone: () => "interrupted", onSome: ({ reason }) => reason })

const make = Effect.fnUntraced(function* (given: Partial<SandboxOptions>) {
  const options = defaultSandboxOptions(given)
  yield* checkNode(options.execPath)
  yield* sandboxAtZero
  const confinement = yield* options.confinement === "auto" || options.user !== null
    ? findConfinement(options.execPath, options.user)
    : Effect.succeed([])
  yield* tellConfinement(confinement)
  const pool = yield* makeGuestPool(
    () =>
      startGuest({
        confinement,
        execPath: options.execPath,
        program: guestProgram(),
        memoryPages: Math.max(memoryPages(options.limits), ownMemoryPages),
        heapMb,
        frameBytes: Math.max(
          options.limits.responseBodyBytes + options.limits.headerBytes + messageBytes,
          options.limits.hostCallBytes + messageBytes
        )
      }),
    options
  )
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const admission = makeAdmission(options)
  const apart = makeApart()
  /** What the instances of one process may take, in bytes. */
  const keptBytes = () => Math.min((options.processMb * mebibyte) / 2, pool.share() - processMb * mebibyte)
  yield* Effect.addFinalizer(() => Effect.timeoutOption(admission.close, options.graceMs))

  /**
   * Makes a process ready again after its answer; until then it works for the same execution. Where it cannot be made
   * ready, its install is set apart as if the request had failed.
   */
  const settle = (guest: Guest, watch: ProcessorWatch, end: Effect.Effect<void>, setApart: Effect.Effect<void>) => {
    const make = (one: Guest) =>
      ready(prepare(one, keptBytes())).pipe(
        Effect.andThen(
          Effect.suspend(() => (watch.demoted() && !promote(one.node.pid) ? Effect.fail("priority") : Effect.void))
        ),
        Effect.onError(() => setApart)
      )
    // Not in the scope: one that closes starts nothing any more, and would wait for the place of what just ended.
    return Effect.forkDetach(Effect.ensuring(pool.keep(guest, make), end), { startImmediately: true })
  }

  const execute: SandboxService["execute"] = Effect.fnUntraced(function* <R>(execution: Execution<R>) {
    const { component } = execution
    const limits = capped(execution.limits, options.limits)
    const maxima = memoryPlan(component.modules, memoryPages(limits))
    if (maxima === null) return yield* refuse("memory-limit", `starts above ${limits.memoryMb} MiB`)
    yield* checkRequest(execution.request, limits)
    const request = withHostHeaders(execution.request)
    const room = yield* AnswerRoom
    const asked = performance.now()
    let began = false
    let ran = false
    let lost = false
    const onRun = (begins: boolean) => {
      ran = begins
      execution.onRun?.(begins)
    }
    const waited = yield* beginSpan("Sandbox.wait")

    const attempt = (turn: Turn) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          if (!room.hasRoom(execution.tenantId)) return yield* refuse("overloaded", "answers wait for their callers")
          const mayShare = options.processPer === "component"
          const ownPlace = placeOf({ ...execution, limits }, false)
          const place = placeOf({ ...execution, limits }, mayShare && !(yield* apart.has(ownPlace.install)))
          const guest = yield* pool.take(place, restore)
          began = true
          yield* waited(Exit.void)
          yield* noteWait(performance.now() - asked)
          const bound = (one: Guest) => (one.bound ? Effect.void : bind(one, component, maxima, limits, place.shared))
          const load = (one: Guest) =>
            Effect.suspend(() => {
              const loading = watchProcessor(one.node, limits.cpuMs, null)
              return Effect.ensuring(ready(Effect.andThen(bound(one), prepare(one))), Effect.sync(loading.stop))
            })
          const successor = pool.prepare(place.key, load)
          const wasBound = guest.bound
          const watch = watchProcessor(guest.node, limits.cpuMs, wasBound ? () => run(successor) : null)
          // A request is not a long one because its component takes long to load.
          const loaded = wasBound
            ? Effect.void
            : Effect.andThen(
                bound(guest),
                Effect.sync(() => watch.watchLong(() => {}))
              )
          const talk = Effect.andThen(loaded, converse(guest, place.install, request, limits, execution.host, onRun))
          return yield* restore(talk).pipe(
            Effect.onExit((exit) => {
              const setApart = mayShare && ran ? apart.add(place.install) : Effect.void
              if (exit._tag === "Failure") {
                watch.stop()
                const reason = reasonOf(exit.cause)
                lost = !ran && !guest.node.isOpen() && endsOfProcess.has(reason)
                const counted = countInstance(reason)
                return Effect.andThen(Effect.andThen(counted, setApart), Effect.andThen(pool.discard(guest), successor))
              }
              const end = Effect.andThen(
                Effect.sync(() => watch.stop()),
                turn.keep()
              )
              // Loading takes processor time, too: what ends a process that was started for a request is not that request's doing.
              const settled = settle(guest, watch, end, wasBound ? setApart : Effect.void)
              return Effect.andThen(settled, pool.keepLoaded(place.component, load))
            })
          )
        })
      )
    // Nothing runs twice: no handler begins before its process has read the request, and this one surely did not read it.
    const onGuest = (turn: Turn) =>
      Effect.catchIf(
        attempt(turn),
        () => lost,
        () => attempt(turn)
      )
    return yield* admission.run(execution, onGuest).pipe(
      inTimeOrElse(limits.timeoutMs, () => refuse(began ? "timeout" : "unavailable", `after ${limits.timeoutMs} ms`)),
      Effect.catchDefect((defect) => refuse("crashed", `a defect of the host: ${String(defect)}`)),
      Effect.mapError(({ detail, reason }) => new ExecutionFailed({ reason, detail, ran })),
      Effect.tapError(({ reason }) => countFailure(reason)),
      Effect.onExit((exit) => waited(exit))
    )
  })

  return Sandbox.of({ execute: (execution) => spanned("Sandbox.execute")(execute(execution)), check: pool.check })
})

/** A sandbox of child processes. Fails where the Node that runs guests is not suitable. */
export const layerSandbox = (options: Partial<SandboxOptions> = {}): Layer.Layer<Sandbox, NodeUnsuitable> =>
  Layer.effect(Sandbox, make(options))
