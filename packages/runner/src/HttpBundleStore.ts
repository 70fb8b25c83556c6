import { Duration, Effect, Layer, Schedule } from "effect"
import { archiveBytes, type BundleKey, BundleStore, BundleStoreError, bundlePath } from "./BundleStore.ts"
import { type StoreAddress, storeRequests, unavailable } from "./internal/storeRequests.ts"
import { storeTimes } from "./StoreTimes.ts"

/** A store over HTTP. */
export interface HttpStoreOptions extends StoreAddress {
  /** How long one archive may take, attempts included. Default: that of {@link storeTimes}. */
  readonly timeout?: Duration.Duration
}

/** How long one archive may take where nothing else is said. */
export const usualBundleTime = Duration.fromInputUnsafe(storeTimes.bundle.default)

/** An answer that says that another attempt may help. */
class TryAgain extends Error {}

const bounded = async (response: Response): Promise<Uint8Array> => {
  if (Number(response.headers.get("content-length")) > archiveBytes) {
    await response.body?.cancel()
    throw new BundleStoreError({ reason: "too-large" })
  }
  const chunks: Array<Uint8Array> = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > archiveBytes) throw new BundleStoreError({ reason: "too-large" })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

const archiveOf = async (response: Response): Promise<Uint8Array> => {
  if (response.ok) return bounded(response)
  await response.body?.cancel()
  if (response.status === 404) throw new BundleStoreError({ reason: "not-found" })
  const problem = `the store answered ${response.status}`
  throw response.status >= 500 || response.status === 429 ? new TryAgain(problem) : unavailable(new Error(problem))
}

const twiceMore = Schedule.exponential("100 millis").pipe(Schedule.upTo({ times: 2 }))

/** A store over HTTP in the S3 layout. What fails on the way or with 429 and 5xx is asked for twice more. */
export const layer = ({ base, credentials, timeout = usualBundleTime }: HttpStoreOptions): Layer.Layer<BundleStore> =>
  Layer.sync(BundleStore, () => {
    const send = storeRequests({ base, credentials })

    return BundleStore.of({
      read: Effect.fn("BundleStore.read")((key: BundleKey) =>
        send(bundlePath(key), { method: "GET" }, archiveOf).pipe(
          Effect.retry({
            schedule: twiceMore,
            while: ({ cause }) => cause instanceof TryAgain || cause instanceof TypeError
          }),
          Effect.timeoutOrElse({
            duration: timeout,
            orElse: () => Effect.fail(unavailable(new Error(`no archive within ${Duration.format(timeout)}`)))
          })
        )
      ),
      check: send("", { method: "HEAD" }, async ({ status }) => {
        if (status >= 500) throw new TryAgain(`the store answered ${status}`)
      })
    })
  })
