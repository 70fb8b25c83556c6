import { mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Schema } from "effect"
import { type BoundedDirectoryOptions, makeBoundedDirectory } from "../../BoundedDirectory.ts"
import type { Component } from "../../Component.ts"
import { ComponentStoreError } from "../../ComponentStoreError.ts"
import { sha256 } from "../../Sha256.ts"
import { makeRecentlyUsed } from "../RecentlyUsed.ts"
import { transpilerVersion } from "./Engine.ts"
import type { CheckedModule } from "./rules.ts"
import { CoreMemory, ModuleState, type TranspiledComponent } from "./transpile.ts"

const format = 5
const entryName = "entry.json"
const glueName = "guest.js"

const FileName = Schema.String.check(Schema.isPattern(/^guest(\.core\d*\.wasm|\.js)$/))

const Entry = Schema.Struct({
  hash: Schema.String,
  imports: Schema.Array(Schema.String),
  files: Schema.Array(Schema.Struct({ name: FileName, sha256: Schema.String })),
  modules: Schema.Array(
    Schema.Struct({
      name: FileName,
      memories: Schema.Array(CoreMemory),
      state: Schema.NullOr(ModuleState)
    })
  ),
  unrestorable: Schema.NullOr(Schema.String)
})
const EntryText = Schema.fromJsonString(Entry)
type Entry = typeof Entry.Type

const attempt = <A>(what: string, run: () => Promise<A>): Effect.Effect<A, ComponentStoreError> =>
  Effect.tryPromise({ try: run, catch: (cause) => new ComponentStoreError({ message: `cannot ${what}`, cause }) })

/** Transpiled components on disk, one folder each. A folder is whole or it is not used. */
export interface ComponentCache {
  /** The component, or null where there is none or its files are not what was written. */
  readonly read: (hash: string) => Effect.Effect<Component | null>
  readonly write: (
    hash: string,
    transpiled: TranspiledComponent,
    modules: ReadonlyArray<CheckedModule>
  ) => Effect.Effect<Component, ComponentStoreError>
  /** Notes that the component is used, at most once a minute. */
  readonly touch: (hash: string) => Effect.Effect<void>
}

// Not flushed: whoever reads a file knows its hash, and makes it anew where a crash cut it off.
const ownFile = { mode: 0o600 } as const
const usedAgainMs = 60_000
const rememberedUses = 1_000

/** A cache in `options.directory`, each entry in a folder named after the version of the transpiler that made it. */
export const makeComponentCache = (options: BoundedDirectoryOptions): ComponentCache => {
  const folders = makeBoundedDirectory(options)
  const nameOf = (hash: string) => `${transpilerVersion()}-${format}-${hash}`
  const touched = makeRecentlyUsed<number>({ entries: rememberedUses })

  const component = (folder: string, entry: Entry): Component => {
    const sums = new Map(entry.files.map(({ name, sha256: sum }) => [name, sum]))
    const sumOf = (name: string): string => sums.get(name) ?? ""
    return {
      hash: entry.hash,
      glue: join(folder, glueName),
      glueSha256: sumOf(glueName),
      imports: entry.imports,
      modules: entry.modules.map((module) => ({
        ...module,
        path: join(folder, module.name),
        sha256: sumOf(module.name)
      })),
      unrestorable: entry.unrestorable
    }
  }

  const intact = async (folder: string, entry: Entry): Promise<boolean> => {
    const sums = await Promise.all(
      entry.files.map(
        async ({ name, sha256: expected }) => (await sha256(await readFile(join(folder, name)))) === expected
      )
    )
    return sums.every(Boolean)
  }

  const read = (hash: string) => {
    const folder = folders.path(nameOf(hash))
    return Effect.gen(function* () {
      const text = yield* Effect.tryPromise(() => readFile(join(folder, entryName), "utf8"))
      const entry = yield* Schema.decodeUnknownEffect(EntryText)(text)
      const whole = entry.hash === hash && (yield* Effect.tryPromise(() => intact(folder, entry)))
      return whole ? component(folder, entry) : null
    }).pipe(Effect.catch(() => Effect.succeed(null)))
  }

  const write: ComponentCache["write"] = Effect.fnUntraced(function* (hash, transpiled, modules) {
    const sums = yield* Effect.promise(() => Promise.all(transpiled.files.map(({ bytes }) => sha256(bytes))))
    const entry: Entry = {
      hash,
      imports: [...transpiled.imports].sort(),
      files: transpiled.files.map(({ name }, i) => ({ name, sha256: sums[i] ?? "" })),
      modules,
      unrestorable: transpiled.unrestorable
    }
    const writeTo = async (folder: string) => {
      await mkdir(folder, { mode: 0o700 })
      await Promise.all(transpiled.files.map(({ name, bytes }) => writeFile(join(folder, name), bytes, ownFile)))
      await writeFile(join(folder, entryName), JSON.stringify(entry), ownFile)
    }
    const isGood = async () => (await Effect.runPromise(read(hash))) !== null
    yield* attempt("write to the component directory", () => folders.put(nameOf(hash), writeTo, isGood))
    return component(folders.path(nameOf(hash)), entry)
  })

  const touch = (hash: string) =>
    Effect.suspend(() => {
      const now = performance.now()
      if (now - (touched.get(hash) ?? Number.NEGATIVE_INFINITY) < usedAgainMs) return Effect.void
      touched.set(hash, now)
      return Effect.ignore(Effect.tryPromise(() => folders.touch(nameOf(hash))))
    })

  return { read, write, touch }
}
