import { lstat } from "node:fs/promises"
import { Effect, Schema } from "effect"
import { makeDirectory } from "./internal/host/makeDirectory.ts"

/** A directory that only this program's user should reach cannot be used. The message says where, why and what to do. */
export class DirectoryUnusable extends Schema.TaggedError<DirectoryUnusable>()("DirectoryUnusable", {
  path: Schema.String,
  /** `absent` where it cannot be made; else somebody else may have put there what lies in it. */
  reason: Schema.Literals(["absent", "no-directory", "foreign", "open"]),
  message: Schema.String
}) {}

const othersBits = 0o077

/**
 * Makes a directory with mode 0700 where none is, and checks one that is: a directory and no link, of this program's user,
 * closed to the group and to others. Whose the directories above it are does not matter. Systems without users and modes
 * check the first only.
 */
export const ownDirectory = Effect.fnUntraced(function* (path: string) {
  const unusable = (reason: DirectoryUnusable["reason"], why: string, remedy: string) =>
    new DirectoryUnusable({ path, reason, message: `the cache folder ${path} cannot be used: ${why}; ${remedy}` })
  const found = yield* Effect.tryPromise({
    try: async () => {
      const there = await lstat(path).catch(() => null)
      if (there !== null) return there
      await makeDirectory(path)
      return lstat(path)
    },
    catch: (cause) =>
      unusable(
        "absent",
        `it cannot be made (${cause instanceof Error ? cause.message : cause})`,
        "make room for it, or choose another cache root"
      )
  })
  if (!found.isDirectory()) {
    const why = found.isSymbolicLink() ? "it is a link" : "it is not a directory"
    return yield* unusable("no-directory", why, "remove it, or choose another cache root")
  }
  const user = process.geteuid?.()
  if (user === undefined) return
  if (found.uid !== user) {
    const why = `it belongs to user ${found.uid}, and this program runs as user ${user}`
    return yield* unusable("foreign", why, "remove it, give it to that user, or choose another cache root")
  }
  if ((found.mode & othersBits) !== 0) {
    const why = `other users may reach it (mode ${(found.mode & 0o777).toString(8)})`
    return yield* unusable("open", why, `empty it, as they may have changed it, and run: chmod 700 ${path}`)
  }
})
