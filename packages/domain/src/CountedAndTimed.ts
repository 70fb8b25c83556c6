import { Metric } from "effect"

/** What is told of a metric. */
interface About {
  readonly name: string
  readonly description: string
}

type Labels = Readonly<Record<string, string>>

/**
 * A counter, and a histogram of seconds, for each set of labels. Their values must be from the code, so that there are as many as it
 * has, and their names always in one order.
 */
export const countedAndTimed = (
  counter: About,
  { boundaries, ...timed }: About & { readonly boundaries: ReadonlyArray<number> }
) => {
  const make = (attributes: Labels) => ({
    count: Metric.counter(counter.name, { description: counter.description, incremental: true, attributes }),
    seconds: Metric.histogram(timed.name, { description: timed.description, boundaries, attributes })
  })
  const kept = new Map<string, ReturnType<typeof make>>()
  return (labels: Labels) => {
    const key = Object.values(labels).join(" ")
    const found = kept.get(key) ?? make(labels)
    kept.set(key, found)
    return found
  }
}
