import { Effect, Exit, Logger, Metric, Option, References, Tracer } from "effect"

/** One line of the log. */
export interface LogLine {
  readonly level: string
  readonly message: ReadonlyArray<unknown>
  readonly fields: Readonly<Record<string, unknown>>
}

/** What an effect left behind: its exit, log lines, ended spans and the metrics that it moved. */
export interface Observed<A, E> {
  readonly exit: Exit.Exit<A, E>
  readonly lines: ReadonlyArray<LogLine>
  readonly spans: ReadonlyArray<{ readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }>
  readonly metrics: ReadonlyArray<Metric.Metric.Snapshot>
  /** Those that stand at 0. */
  readonly unmoved: ReadonlyArray<Metric.Metric.Snapshot>
}

const isMoved = ({ state }: Metric.Metric.Snapshot): boolean => !("count" in state && Number(state.count) === 0)

/** Runs an effect with a log, a tracer and a metric registry of its own. */
export const observed = <A, E, R>(run: Effect.Effect<A, E, R>): Effect.Effect<Observed<A, E>, never, R> =>
  Effect.suspend(() => {
    const lines: Array<LogLine> = []
    const spans: Array<Tracer.NativeSpan> = []
    const logger = Logger.make<unknown, void>(({ message, logLevel, fiber }) => {
      lines.push({
        level: logLevel,
        message: Array.isArray(message) ? message : [message],
        fields: { ...fiber.getRef(References.CurrentLogAnnotations) }
      })
    })
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    return Effect.gen(function* () {
      const exit = yield* Effect.exit(run)
      const metrics = yield* Metric.snapshot
      return {
        exit,
        lines,
        spans: spans.map((span) => ({ name: span.name, attributes: Object.fromEntries(span.attributes) })),
        metrics: metrics.filter(isMoved),
        unmoved: metrics.filter((metric) => !isMoved(metric))
      }
    }).pipe(
      Effect.provide(Logger.layer([logger])),
      Effect.provideService(Tracer.Tracer, tracer),
      Effect.provideService(Metric.MetricRegistry, new Map())
    )
  })

/** The failure of an exit, or null. */
export const failure = <A, E>(exit: Exit.Exit<A, E>): E | null => Option.getOrNull(Exit.findErrorOption(exit))
