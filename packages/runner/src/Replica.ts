import { type ResourceReader, resources } from "@alga-psa/ext-domain"
import { Context, Duration, Effect, Layer, Schedule } from "effect"
import { DatabaseCheck, DatabaseUnfit } from "./DatabaseCheck.ts"
import { tellOf } from "./FurtherParts.ts"

type Readers = Context.Context<ResourceReader>

const readers = Effect.map(Effect.context<ResourceReader>(), Context.pick(...resources.map(({ Reader }) => Reader)))

/** How often a replica is looked at, whoever else asks. */
const looking = Duration.seconds(10)

type Ask = (...args: ReadonlyArray<unknown>) => unknown
type AnyReader = Context.Service<ResourceReader, Readonly<Record<string, Ask>>>

/** The readers of the one or the other, as it is when they are asked. */
const either = (primary: Readers, replica: Readers, isFit: () => boolean): Readers =>
  resources.reduce<Readers>((context, resource) => {
    const Reader = resource.Reader as unknown as AnyReader
    const [first, second] = [Context.get(primary, Reader), Context.get(replica, Reader)]
    const ask =
      (name: string): Ask =>
      (...args) =>
        (isFit() ? second : first)[name]?.(...args)
    return Context.add(context, Reader, Object.fromEntries(Object.keys(first).map((name) => [name, ask(name)])))
  }, primary)

/**
 * Reads clients and services from the replica, once it was found to be Alga's, readable, and bound as it must be. Until then,
 * and from when it is found not to be, they are read from the primary; the log says why. One that was fit and does not answer
 * is not left for that: reads of it fail until it answers. `/readyz` tells of it.
 */
export const layerReaders = <E, R>(
  replica: Layer.Layer<ResourceReader | DatabaseCheck, E, R>
): Layer.Layer<ResourceReader, E, R | ResourceReader> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const primary = yield* readers
      const built = yield* Layer.build(replica)
      const { check } = Context.get(built, DatabaseCheck)
      let isFit = false
      let reported: string | null = null
      const tell = (why: string | null, line: Effect.Effect<void>) =>
        Effect.suspend(() => {
          const isNews = why !== reported
          reported = why
          return isNews ? line : Effect.void
        })
      const looked = check.pipe(
        Effect.tap(() => {
          isFit = true
          return tell(null, Effect.logInfo("clients and services are read from the replica"))
        }),
        Effect.tapError((cause) => {
          if (!(cause instanceof DatabaseUnfit)) {
            return isFit
              ? Effect.void
              : tell("away", Effect.logWarning("the replica does not answer: it is not used", cause))
          }
          isFit = false
          return tell(cause.message, Effect.logError(`the replica is not used: ${cause.message}`))
        })
      )
      yield* tellOf({ name: "replica", check: looked })
      yield* Effect.ignore(Effect.timeoutOption(looked, "5 seconds"))
      yield* Effect.forkScoped(Effect.repeat(Effect.ignore(looked), Schedule.spaced(looking)))
      return either(primary, built, () => isFit)
    })
  )
