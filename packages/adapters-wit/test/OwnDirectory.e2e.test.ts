import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { layerComponentStore } from "../src/ComponentStore.ts"
import { ownDirectory } from "../src/OwnDirectory.ts"

const freshRoot = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-own-"))),
  (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
)

const user = process.geteuid?.() ?? 0
const nobody = 65_534

interface Case {
  readonly what: string
  readonly prepare: (path: string, root: string) => Promise<unknown>
  /** Null where it is used. */
  readonly why: string | null
}

const withMode = (mode: number) => async (path: string) => {
  await mkdir(path)
  await chmod(path, mode)
}

const cases: ReadonlyArray<Case> = [
  { what: "that is not there yet", prepare: async () => {}, why: null },
  { what: "of its own", prepare: withMode(0o700), why: null },
  { what: "of its own that inherits a group", prepare: withMode(0o2700), why: null },
  { what: "of its own below one that anybody may write", prepare: (_, root) => chmod(root, 0o777), why: null },
  { what: "that the group may read", prepare: withMode(0o740), why: "other users may reach it (mode 740)" },
  { what: "that others may write", prepare: withMode(0o702), why: "other users may reach it (mode 702)" },
  { what: "that others may enter", prepare: withMode(0o701), why: "other users may reach it (mode 701)" },
  { what: "that everybody may write", prepare: withMode(0o777), why: "other users may reach it (mode 777)" },
  {
    what: "that is a link to one of its own",
    prepare: async (path, root) => {
      await mkdir(join(root, "elsewhere"), { mode: 0o700 })
      await symlink(join(root, "elsewhere"), path)
    },
    why: "it is a link"
  },
  {
    what: "that is a link to nowhere",
    prepare: (path, root) => symlink(join(root, "nowhere"), path),
    why: "it is a link"
  },
  { what: "that is a file", prepare: (path) => writeFile(path, ""), why: "it is not a directory" }
]

const foreign: Case = {
  what: "of another user",
  prepare: async (path) => {
    await mkdir(path, { mode: 0o700 })
    await chown(path, nobody, nobody)
  },
  why: `it belongs to user ${nobody}, and this program runs as user ${user}`
}

/** Only root can give a directory away. */
const all = user === 0 ? [...cases, foreign] : cases

describe("A cache folder", () => {
  it.live.each(all)("$what is used only where nobody else can have put anything into it", ({ prepare, why }) =>
    Effect.gen(function* () {
      const root = yield* freshRoot
      const path = join(root, "cache")
      yield* Effect.promise(() => prepare(path, root))
      const said = yield* Effect.match(ownDirectory(path), {
        onFailure: ({ message }) => message,
        onSuccess: () => null
      })
      if (why === null) {
        assert.isNull(said)
        assert.strictEqual((yield* Effect.promise(() => stat(path))).mode & 0o777, 0o700)
      } else {
        assert.include(said, `the cache folder ${path} cannot be used: ${why}; `)
      }
    })
  )

  it.live("where the system takes none ends in one line, and not never", () =>
    Effect.gen(function* () {
      for (const path of ["/proc/alga/runner/components", "/dev/null/alga"]) {
        const { message, reason } = yield* Effect.flip(ownDirectory(path))
        assert.strictEqual(reason, "absent")
        assert.match(
          message,
          /^the cache folder \S+ cannot be used: it cannot be made \(E[A-Z]+: .*\); make room for it/
        )
      }
      const nested = join(yield* freshRoot, "a/b/c")
      yield* ownDirectory(nested)
      assert.strictEqual((yield* Effect.promise(() => stat(nested))).mode & 0o777, 0o700)
    })
  )

  it.live("that is open to others stops the start of a component store, which says what to do", () =>
    Effect.gen(function* () {
      const directory = join(yield* freshRoot, "components")
      yield* Effect.promise(() => withMode(0o755)(directory))
      const error = yield* Effect.flip(Effect.scoped(Layer.build(layerComponentStore({ directory }))))
      assert.match(error.message, /other users may reach it \(mode 755\); empty it, .* run: chmod 700 /)
      yield* Effect.promise(() => chmod(directory, 0o700))
      yield* Layer.build(layerComponentStore({ directory }))
    })
  )
})
