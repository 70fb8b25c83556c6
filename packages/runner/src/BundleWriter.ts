import { randomUUID } from "node:crypto"
import { mkdir, rename, rm, rmdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { sha256 } from "@alga-psa/ext-adapters-wit/Sha256"
import { Context, Duration, Effect, Layer } from "effect"
import { type BundleKey, BundleStore, BundleStoreError, bundlePath } from "./BundleStore.ts"
import { type HttpStoreOptions, usualBundleTime } from "./HttpBundleStore.ts"
import { storeRequests, unavailable } from "./internal/storeRequests.ts"

/**
 * Puts archives where runners read them, and takes them away. A runner that serves has no such service: it can read its
 * store and no more.
 */
export class BundleWriter extends Context.Service<
  BundleWriter,
  {
    /** Puts an archive at its place, whole or not at all. False where its bytes were there already. */
    readonly put: (key: BundleKey, archive: Uint8Array) => Effect.Effect<boolean, BundleStoreError>
    /** Takes an archive away. One that is not there is none. */
    readonly remove: (key: BundleKey) => Effect.Effect<void, BundleStoreError>
  }
>()("@alga-psa/ext-runner/BundleWriter") {}

interface Writing {
  readonly write: (key: BundleKey, archive: Uint8Array) => Effect.Effect<void, BundleStoreError>
  readonly remove: (key: BundleKey) => Effect.Effect<void, BundleStoreError>
}

const layerOf = ({ remove, write }: Writing): Layer.Layer<BundleWriter, never, BundleStore> =>
  Layer.effect(
    BundleWriter,
    Effect.map(BundleStore, (store) => {
      const isThere = (key: BundleKey) =>
        store.read(key).pipe(
          Effect.flatMap((bytes) => Effect.promise(() => sha256(bytes))),
          Effect.map((hash) => hash === key.hash),
          Effect.catchIf(
            ({ reason }) => reason !== "unavailable",
            () => Effect.succeed(false)
          )
        )
      // What failed may have been written all the same.
      const writeOrNothing = (key: BundleKey, archive: Uint8Array) =>
        Effect.onError(write(key, archive), () => Effect.ignore(remove(key)))
      return BundleWriter.of({
        remove,
        put: (key, archive) =>
          Effect.flatMap(isThere(key), (there) =>
            there ? Effect.succeed(false) : Effect.as(writeOrNothing(key, archive), true)
          )
      })
    })
  )

/** `tenants/…/bundle.tar.zst` lies in so many folders of its own. */
const foldersOfBundle = 6

/** Folders that are empty now; one that is not ends the way up. */
const removeEmpty = async (file: string): Promise<void> => {
  let folder = dirname(file)
  for (let i = 0; i < foldersOfBundle; i++) {
    const isEmpty = await rmdir(folder).then(
      () => true,
      () => false
    )
    if (!isEmpty) return
    folder = dirname(folder)
  }
}

/** Writes to a directory. Folders that become empty go too. */
export const layerDirectory = (directory: string): Layer.Layer<BundleWriter, never, BundleStore> => {
  const attempt = (work: () => Promise<void>) => Effect.tryPromise({ try: work, catch: unavailable })
  return layerOf({
    write: (key, archive) =>
      attempt(async () => {
        const file = join(directory, bundlePath(key))
        const unfinished = join(dirname(file), `.unfinished-${randomUUID()}`)
        await mkdir(dirname(file), { recursive: true })
        try {
          await writeFile(unfinished, archive, { flush: true })
          await rename(unfinished, file)
        } catch (error) {
          await rm(unfinished, { force: true })
          await removeEmpty(file)
          throw error
        }
      }),
    remove: (key) =>
      attempt(async () => {
        const file = join(directory, bundlePath(key))
        await rm(file, { force: true })
        await removeEmpty(file)
      })
  })
}

const accepted = async (response: Response): Promise<void> => {
  await response.body?.cancel()
  if (!response.ok && response.status !== 404) throw unavailable(new Error(`the store answered ${response.status}`))
}

const created = async (response: Response): Promise<void> => {
  await accepted(response)
  if (response.status === 404) throw new BundleStoreError({ reason: "not-found" })
}

/** Writes to a store over HTTP, by PUT and DELETE. Each is sent once. */
export const layerHttp = ({
  timeout = usualBundleTime,
  ...address
}: HttpStoreOptions): Layer.Layer<BundleWriter, never, BundleStore> => {
  const send = storeRequests(address)
  const bounded = Effect.timeoutOrElse({
    duration: timeout,
    orElse: () => Effect.fail(unavailable(new Error(`no answer within ${Duration.format(timeout)}`)))
  })
  return layerOf({
    write: (key, archive) =>
      send(
        bundlePath(key),
        {
          method: "PUT",
          body: Buffer.from(archive),
          headers: { "content-type": "application/zstd", "x-amz-content-sha256": key.hash }
        },
        created
      ).pipe(bounded),
    remove: (key) => send(bundlePath(key), { method: "DELETE" }, accepted).pipe(bounded)
  })
}
