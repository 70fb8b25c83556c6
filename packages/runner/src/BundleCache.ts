import { readFile, writeFile } from "node:fs/promises"
import {
  type BoundedDirectory,
  type BoundedDirectoryOptions,
  makeBoundedDirectory
} from "@alga-psa/ext-adapters-wit/BoundedDirectory"
import { type DirectoryUnusable, ownDirectory } from "@alga-psa/ext-adapters-wit/OwnDirectory"
import { sha256 } from "@alga-psa/ext-adapters-wit/Sha256"
import { Effect, Layer } from "effect"
import { type BundleKey, BundleStore } from "./BundleStore.ts"

const nameOf = ({ extension, hash, tenant }: BundleKey) => `${tenant}.${extension}.${hash}.tar.zst`

const hasHash = async (archive: Uint8Array, hash: string) => (await sha256(archive)) === hash

const found = async (kept: BoundedDirectory, key: BundleKey): Promise<Uint8Array | null> => {
  const archive = await readFile(kept.path(nameOf(key))).catch(() => null)
  if (archive === null) return null
  if (!(await hasHash(archive, key.hash))) {
    await kept.remove(nameOf(key))
    return null
  }
  await kept.touch(nameOf(key)).catch(() => undefined)
  return archive
}

/**
 * Keeps what another store gave in a directory. So a restart needs no network, and an unreachable store affects only
 * new bundles.
 *
 * Guarantees:
 * - What it gives has the hash that was asked for; what was cut off or changed is fetched again.
 * - An archive appears whole or not at all, wherever the process is killed; what was left over is swept.
 * - A directory that is full or cannot be made or written costs speed and a warning, and no execution. One that is there
 *   and not this user's alone is refused.
 */
export const layer = (options: BoundedDirectoryOptions): Layer.Layer<BundleStore, DirectoryUnusable, BundleStore> =>
  Layer.effect(
    BundleStore,
    Effect.gen(function* () {
      const store = yield* BundleStore
      yield* Effect.catchIf(
        ownDirectory(options.directory),
        ({ reason }) => reason === "absent",
        () => Effect.void
      )
      const kept = makeBoundedDirectory(options)
      const keep = (key: BundleKey, archive: Uint8Array) =>
        Effect.tryPromise(() => kept.put(nameOf(key), (file) => writeFile(file, archive, { flush: true, mode: 0o600 })))
      return BundleStore.of({
        check: store.check,
        read: Effect.fnUntraced(function* (key) {
          const known = yield* Effect.promise(() => found(kept, key).catch(() => null))
          if (known !== null) return known
          const archive = yield* store.read(key)
          const isRight = yield* Effect.promise(() => hasHash(archive, key.hash))
          if (archive.byteLength <= options.bytes && isRight) {
            yield* Effect.catch(keep(key, archive), ({ cause }) =>
              Effect.logWarning("the bundle cache cannot be written", cause)
            )
          }
          return archive
        })
      })
    })
  )
