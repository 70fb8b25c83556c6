import { Effect, Logger, References } from "effect"

const texts = (annotations: Readonly<Record<string, unknown>>) => (name: string) => {
  const value = annotations[name]
  return typeof value === "string" ? value : null
}

/** Why the guard refused a call, by its line in the log; null where it did not. */
const reasonIn = (annotations: Readonly<Record<string, unknown>>): string | null => {
  const text = texts(annotations)
  const [outcome, why] = [text("outcome"), text("why")]
  if (outcome === "invalid-input") return `${text("field")} ${why}`
  if (outcome === "rbac-denied") return `the viewer lacks ${text("missing")}${why === null ? "" : `: ${why}`}`
  return null
}

/** Carries out a host call, and calls back with the guard's reason where it refused it. */
export const noteReason = <A, E, R>(
  call: Effect.Effect<A, E, R>,
  note: (reason: string) => void
): Effect.Effect<A, E, R> => {
  const logger = Logger.make<unknown, void>(({ fiber }) => {
    const reason = reasonIn(fiber.getRef(References.CurrentLogAnnotations))
    if (reason !== null) note(reason)
  })
  return Effect.provideService(call, Logger.CurrentLoggers, new Set([logger]))
}
