import { Effect, Metric } from "effect"

/** A metric for each value of one label. */
export interface Labelled<State> {
  /** That of a value; one that is not known counts as `other`. */
  readonly of: (value: string) => Metric.Metric<number, State>
  readonly all: ReadonlyArray<Metric.Metric<number, State>>
}

/**
 * Gives a metric one label with these values and no others, so that nothing from outside can make more of them. `make` is asked
 * for each: metrics that share one by `Metric.withAttributes` find their place anew whenever another of them was moved.
 */
export const labelled = <State>(
  make: (attributes: Readonly<Record<string, string>>) => Metric.Metric<number, State>,
  label: string,
  values: ReadonlyArray<string>
): Labelled<State> => {
  const one = (value: string) => make({ [label]: value })
  const known = new Map(values.map((value) => [value, one(value)]))
  const other = one("other")
  return { of: (value) => known.get(value) ?? other, all: [...known.values()] }
}

/** Makes each metric exist before it first changes, so that its beginning is visible. */
export const atZero = (metrics: ReadonlyArray<Metric.Metric<number, unknown>>): Effect.Effect<void> =>
  Effect.forEach(metrics, (metric) => Metric.value(metric), { discard: true })
