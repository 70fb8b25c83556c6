import { type FoundInstall, InstallLookup } from "@alga-psa/ext-domain"
import { monotonicMillis } from "@alga-psa/ext-domain/MonotonicTime"
import { Duration, Effect, Layer } from "effect"

/** How many misses are remembered, and for how long. A new install may be unknown for that long. */
export const rememberedMisses = { entries: 10_000, time: Duration.seconds(5) } as const

/**
 * The look-ups, with a short memory for what was not found, so that whoever asks for what is not there costs the database
 * little. What was found is asked for each time: an install that is switched off is gone at once.
 */
export const layerMissesRemembered: Layer.Layer<InstallLookup, never, InstallLookup> = Layer.effect(
  InstallLookup,
  Effect.map(InstallLookup, (lookup) => {
    const missedUntil = new Map<string, number>()

    const unlessMissed = <E>(key: string, look: Effect.Effect<FoundInstall | null, E>) =>
      Effect.gen(function* () {
        const now = yield* monotonicMillis
        if ((missedUntil.get(key) ?? 0) > now) return null
        const found = yield* look
        missedUntil.delete(key)
        if (found !== null) return found
        missedUntil.set(key, now + Duration.toMillis(rememberedMisses.time))
        const [oldest] = missedUntil.keys()
        if (missedUntil.size > rememberedMisses.entries && oldest !== undefined) missedUntil.delete(oldest)
        return null
      })

    return InstallLookup.of({
      byHost: (host) => unlessMissed(`host ${host}`, lookup.byHost(host)),
      byId: (install) => unlessMissed(`install ${install}`, lookup.byId(install)),
      byBundle: (extension, hash) => unlessMissed(`bundle ${extension} ${hash}`, lookup.byBundle(extension, hash))
    })
  })
)
