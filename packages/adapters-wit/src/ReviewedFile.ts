import { constants } from "node:fs"
import { open } from "node:fs/promises"
import { Effect, Schema } from "effect"

/** A file that cannot be read for a review. */
export class FileUnread extends Schema.TaggedError<FileUnread>()("FileUnread", { message: Schema.String }) {}

/** Largest bundle that a runner reads from its store: 64 MiB. A component may be larger. */
const mostBytes = 128 * 1024 * 1024

/** A pipe must not hold up whoever opens it. */
const careful = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

const readPlain = async (file: string): Promise<Uint8Array | string> => {
  const handle = await open(file, careful)
  try {
    const found = await handle.stat()
    if (!found.isFile()) return "is no file"
    if (found.size > mostBytes) return `has ${found.size} bytes: at most ${mostBytes}`
    const bytes = new Uint8Array(found.size)
    let at = 0
    while (at < bytes.length) {
      const { bytesRead } = await handle.read(bytes, at, bytes.length - at, at)
      if (bytesRead === 0) break
      at += bytesRead
    }
    return bytes.subarray(0, at)
  } finally {
    await handle.close()
  }
}

/** The bytes of a bundle or a component, of at most 128 MiB. `file` is named in the error as it was given. */
export const reviewedFile = Effect.fn("reviewedFile")(function* (file: string) {
  const read = yield* Effect.tryPromise({
    try: () => readPlain(file),
    catch: () => new FileUnread({ message: `${file} cannot be read` })
  })
  return typeof read === "string" ? yield* new FileUnread({ message: `${file} ${read}` }) : read
})
