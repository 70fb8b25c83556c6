import { type Logger, References } from "effect"

/** A log line without the fields that are null: OTLP has no null among its attributes, and the exporter would write the word. */
export const withoutNulls = (options: Logger.Options<unknown>): Logger.Options<unknown> => {
  const { fiber } = options
  const noted = fiber.getRef(References.CurrentLogAnnotations)
  if (!Object.values(noted).includes(null)) return options
  const kept = Object.fromEntries(Object.entries(noted).filter(([, value]) => value !== null))
  const getRef: typeof fiber.getRef = (reference) =>
    (reference as unknown) === References.CurrentLogAnnotations ? (kept as never) : fiber.getRef(reference)
  return { ...options, fiber: Object.create(fiber, { getRef: { value: getRef } }) }
}
