import { Effect } from "effect"
import { ExecutionFailed } from "../../ExecutionFailed.ts"

/** Who an execution is for. */
export interface Party {
  readonly tenantId: string
  readonly installId: string
}

/** How many executions may run and wait. */
export interface AdmissionOptions {
  readonly concurrency: number
  readonly concurrencyPerTenant: number
  readonly concurrencyPerInstall: number
  readonly queueLength: number
}

/** The turn of one execution. */
export interface Turn {
  /** Keeps the turn when the execution has ended, until the given effect is run. */
  readonly keep: () => Effect.Effect<void>
}

/** Decides which execution runs when. */
export interface Admission {
  /** Waits for a turn, runs, and gives the turn on, unless what runs keeps it. */
  readonly run: <A, E, R>(
    party: Party,
    run: (turn: Turn) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | ExecutionFailed, R>
  /** Lets nobody in any more, refuses who waits, and is done when nothing runs. */
  readonly close: Effect.Effect<void>
  readonly running: () => number
  readonly waiting: () => number
}

interface Ticket extends Party {
  readonly installKey: string
  granted: boolean
}

interface Waiter {
  readonly ticket: Ticket
  readonly resume: (result: Effect.Effect<void, ExecutionFailed>) => void
}

const add = (counts: Map<string, number>, key: string, change: number): void => {
  const count = (counts.get(key) ?? 0) + change
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}

const keyOf = ({ tenantId, installId }: Party): string => JSON.stringify([tenantId, installId])

const overloaded = new ExecutionFailed({ reason: "overloaded", detail: "the queue is full" })
const closing = new ExecutionFailed({ reason: "unavailable", detail: "the sandbox is closing" })

/**
 * A queue that is fair to tenants and installs. The next turn goes to the tenant with the fewest running executions,
 * then to its install with the fewest, then to the first that came. When the queue is full, the tenant with the most
 * waiting executions is refused: the newest execution of its install with the most. Its caller learns at once that
 * another runner is better, and no long wait is thrown away.
 */
export const makeAdmission = (options: AdmissionOptions): Admission => {
  const perTenant = new Map<string, number>()
  const perInstall = new Map<string, number>()
  let queue: ReadonlyArray<Waiter> = []
  let running = 0
  let closed = false
  let whenIdle: () => void = () => {}

  const count = ({ tenantId, installKey }: Ticket, change: number): void => {
    running += change
    add(perTenant, tenantId, change)
    add(perInstall, installKey, change)
  }

  const loadOf = ({ tenantId, installKey }: Ticket): readonly [tenant: number, install: number] => [
    perTenant.get(tenantId) ?? 0,
    perInstall.get(installKey) ?? 0
  ]

  const mayRun = (ticket: Ticket): boolean => {
    const [tenant, install] = loadOf(ticket)
    const hasRoom = tenant < options.concurrencyPerTenant && install < options.concurrencyPerInstall
    return hasRoom && running < options.concurrency
  }

  const grant = (ticket: Ticket): void => {
    ticket.granted = true
    count(ticket, 1)
  }

  const leave = (waiter: Waiter): void => {
    queue = queue.filter((other) => other !== waiter)
  }

  const letIn = (): void => {
    while (running < options.concurrency) {
      let next: Waiter | undefined
      let least: readonly [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
      for (const waiter of queue) {
        if (!mayRun(waiter.ticket)) continue
        const its = loadOf(waiter.ticket)
        if (its[0] < least[0] || (its[0] === least[0] && its[1] < least[1])) {
          next = waiter
          least = its
        }
      }
      if (next === undefined) return
      leave(next)
      grant(next.ticket)
      next.resume(Effect.void)
    }
  }

  const heaviest = (waiters: ReadonlyArray<Waiter>, of: (waiter: Waiter) => string): ReadonlyArray<Waiter> => {
    const groups = Map.groupBy(waiters, of)
    return [...groups.values()].reduce((most, group) => (group.length > most.length ? group : most), [])
  }

  const refuseOne = (): void => {
    const youngest = heaviest(
      heaviest(queue, ({ ticket }) => ticket.tenantId),
      ({ ticket }) => ticket.installKey
    ).at(-1)
    if (youngest === undefined) return
    leave(youngest)
    youngest.resume(Effect.fail(overloaded))
  }

  const enter = (ticket: Ticket): Effect.Effect<void, ExecutionFailed> =>
    Effect.callback((resume) => {
      if (closed) return resume(Effect.fail(closing))
      if (mayRun(ticket)) {
        grant(ticket)
        return resume(Effect.void)
      }
      const waiter: Waiter = { ticket, resume }
      queue = [...queue, waiter]
      if (queue.length > options.queueLength) refuseOne()
      return Effect.sync(() => leave(waiter))
    })

  const exit = (ticket: Ticket): void => {
    count(ticket, -1)
    letIn()
    if (closed && running === 0) whenIdle()
  }

  return {
    run: (party, run) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.suspend(() => {
          const ticket: Ticket = { ...party, installKey: keyOf(party), granted: false }
          let kept = false
          const giveUp = Effect.sync(() => {
            if (ticket.granted) exit(ticket)
            ticket.granted = false
          })
          const turn: Turn = {
            keep: () => {
              kept = true
              return giveUp
            }
          }
          return restore(enter(ticket)).pipe(
            Effect.andThen(restore(Effect.suspend(() => run(turn)))),
            Effect.ensuring(Effect.suspend(() => (kept ? Effect.void : giveUp)))
          )
        })
      ),
    close: Effect.callback((resume) => {
      closed = true
      for (const waiter of queue) waiter.resume(Effect.fail(closing))
      queue = []
      if (running === 0) return resume(Effect.void)
      whenIdle = () => resume(Effect.void)
    }),
    running: () => running,
    waiting: () => queue.length
  }
}
