import { createHash, randomUUID } from "node:crypto"
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Layer } from "effect"
import { type BundleKey, BundleStore } from "./BundleStore.ts"

/** Where archives are kept, and how many bytes of them. */
export interface BundleCacheOptions {
  /** Made where it does not exist. Several runners may share it. */
  readonly directory: string
  /** Bytes of all archives together; the least recently used make room. */
  readonly bytes: number
}

const suffix = ".tar.zst"
const staging = ".part"
const abandonedAfterMs = 3_600_000

const nameOf = ({ extension, hash, tenant }: BundleKey) => `${tenant}.${extension}.${hash}${suffix}`

const hasHash = (archive: Uint8Array, hash: string) => createHash("sha256").update(archive).digest("hex") === hash

const found = async (file: string, hash: string): Promise<Uint8Array | null> => {
  const archive = await readFile(file).catch(() => null)
  if (archive === null) return null
  if (!hasHash(archive, hash)) {
    await rm(file, { force: true })
    return null
  }
  const now = new Date()
  await utimes(file, now, now).catch(() => undefined)
  return archive
}

const entries = async (directory: string) => {
  const names = await readdir(directory)
  const listed = await Promise.all(
    names.map(async (name) => {
      const file = join(directory, name)
      const details = await stat(file).catch(() => null)
      return details === null ? [] : [{ file, name, size: details.size, used: details.mtimeMs }]
    })
  )
  return listed.flat()
}

const makeRoom = async ({ bytes, directory }: BundleCacheOptions): Promise<void> => {
  const all = await entries(directory)
  const abandoned = all.filter(({ name, used }) => name.endsWith(staging) && used < Date.now() - abandonedAfterMs)
  for (const { file } of abandoned) await rm(file, { force: true })
  const archives = all.filter(({ name }) => name.endsWith(suffix)).sort((a, b) => b.used - a.used)
  let kept = 0
  for (const { file, size } of archives) {
    kept += size
    if (kept > bytes) await rm(file, { force: true })
  }
}

const keep = async (options: BundleCacheOptions, key: BundleKey, archive: Uint8Array): Promise<void> => {
  if (archive.byteLength > options.bytes || !hasHash(archive, key.hash)) return
  await mkdir(options.directory, { recursive: true, mode: 0o700 })
  const part = join(options.directory, `${randomUUID()}${staging}`)
  try {
    await writeFile(part, archive, { flush: true, mode: 0o600 })
    await rename(part, join(options.directory, nameOf(key)))
  } finally {
    await rm(part, { force: true })
  }
  await makeRoom(options)
}

/**
 * Keeps what another store gave in a directory, so that a restart needs no network and a store that is away is
 * missed by new bundles only.
 *
 * Guarantees:
 * - What it gives has the hash that was asked for; what was cut off or changed is fetched again.
 * - An archive appears whole or not at all, wherever the process is killed; what was left over is swept.
 * - A directory that is full or cannot be written costs speed and a warning, and no execution.
 */
export const layer = (options: BundleCacheOptions): Layer.Layer<BundleStore, never, BundleStore> =>
  Layer.effect(
    BundleStore,
    Effect.map(BundleStore, (store) =>
      BundleStore.of({
        check: store.check,
        read: Effect.fnUntraced(function* (key) {
          const file = join(options.directory, nameOf(key))
          const kept = yield* Effect.promise(() => found(file, key.hash).catch(() => null))
          if (kept !== null) return kept
          const archive = yield* store.read(key)
          yield* Effect.tryPromise(() => keep(options, key, archive)).pipe(
            Effect.catch(({ cause }) => Effect.logWarning("the bundle cache cannot be written", cause))
          )
          return archive
        })
      })
    )
  )
