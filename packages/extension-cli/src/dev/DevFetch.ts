import { bodyBytesWithin, type EgressEntry, layerHttpFetch, parseAddressRanges } from "@alga-psa/ext-adapters-http"
import { defaultLimits } from "@alga-psa/ext-adapters-wit/Limits"
import { HttpFetch } from "@alga-psa/ext-domain"
import { Context, Effect, Layer, RcMap, Result } from "effect"

/** Keeps connections, and the number of an execution's requests, from one call to the next. */
const kept = "1 minute"

const bodyBytes = bodyBytesWithin(defaultLimits.hostCallBytes)

/** The addresses among the hosts: an author who lists one wants it reached, whatever it is. */
const addressesOf = (origins: ReadonlyArray<EgressEntry>) =>
  origins.flatMap(({ hostname }) =>
    Result.getOrElse(parseAddressRanges(hostname.replace(/^\[(.*)\]$/, "$1")), () => [])
  )

/**
 * {@link HttpFetch} to the hosts that the author lists, as they are at the moment, with the rules of production. Loopback and private
 * addresses are open where the list has the address itself.
 */
export const makeDevFetch = Effect.fnUntraced(function* (origins: Effect.Effect<ReadonlyArray<EgressEntry>>) {
  const ports = yield* RcMap.make({
    lookup: (entries: ReadonlyArray<EgressEntry>) =>
      Effect.map(
        Layer.build(layerHttpFetch({ entries, opened: addressesOf(entries), bodyBytes })),
        Context.get(HttpFetch)
      ),
    idleTimeToLive: kept
  })
  return HttpFetch.of({
    fetch: (request) =>
      Effect.scoped(
        Effect.gen(function* () {
          const port = yield* RcMap.get(ports, yield* origins)
          return yield* port.fetch(request)
        })
      )
  })
})
