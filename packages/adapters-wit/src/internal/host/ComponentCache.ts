import { createHash, randomUUID } from "node:crypto"
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Schema } from "effect"
import type { Component } from "../../Component.ts"
import { ComponentStoreError } from "../../ComponentStoreError.ts"
import { transpilerVersion } from "./Engine.ts"
import type { CheckedModule } from "./rules.ts"
import { ModuleState, type TranspiledComponent } from "./transpile.ts"

const format = 3
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
      memories: Schema.Array(Schema.Struct({ minimum: Schema.Int, maximum: Schema.NullOr(Schema.Int) })),
      state: Schema.NullOr(ModuleState)
    })
  ),
  unrestorable: Schema.NullOr(Schema.String)
})
const EntryText = Schema.fromJsonString(Entry)
type Entry = typeof Entry.Type

/** SHA-256 in lower-case hexadecimal digits. */
export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

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
}

/** A cache below `directory`, in a folder that belongs to this version of the transpiler. */
export const makeComponentCache = (directory: string): ComponentCache => {
  const root = join(directory, `${transpilerVersion()}-${format}`)

  const component = (folder: string, entry: Entry): Component => ({
    hash: entry.hash,
    glue: join(folder, glueName),
    imports: entry.imports,
    modules: entry.modules.map((module) => ({ ...module, path: join(folder, module.name) })),
    unrestorable: entry.unrestorable
  })

  const intact = async (folder: string, entry: Entry): Promise<boolean> => {
    const sums = await Promise.all(
      entry.files.map(async ({ name, sha256: expected }) => sha256(await readFile(join(folder, name))) === expected)
    )
    return sums.every(Boolean)
  }

  const read = (hash: string) => {
    const folder = join(root, hash)
    return Effect.gen(function* () {
      const text = yield* Effect.tryPromise(() => readFile(join(folder, entryName), "utf8"))
      const entry = yield* Schema.decodeUnknownEffect(EntryText)(text)
      const whole = entry.hash === hash && (yield* Effect.tryPromise(() => intact(folder, entry)))
      return whole ? component(folder, entry) : null
    }).pipe(Effect.catch(() => Effect.succeed(null)))
  }

  const publish = Effect.fnUntraced(function* (hash: string, staging: string, folder: string) {
    const moved = yield* Effect.isSuccess(Effect.tryPromise(() => rename(staging, folder)))
    if (moved || (yield* read(hash)) !== null) return
    yield* attempt("replace a broken component", async () => {
      await rm(folder, { recursive: true, force: true })
      await rename(staging, folder)
    })
  })

  const write: ComponentCache["write"] = Effect.fnUntraced(function* (hash, transpiled, modules) {
    const folder = join(root, hash)
    const staging = join(root, `.${hash}-${randomUUID()}`)
    const entry: Entry = {
      hash,
      imports: [...transpiled.imports].sort(),
      files: transpiled.files.map(({ name, bytes }) => ({ name, sha256: sha256(bytes) })),
      modules,
      unrestorable: transpiled.unrestorable
    }
    yield* attempt("write to the component directory", async () => {
      await mkdir(staging, { recursive: true, mode: 0o700 })
      for (const { name, bytes } of transpiled.files) await writeFile(join(staging, name), bytes, { flush: true })
      await writeFile(join(staging, entryName), JSON.stringify(entry), { flush: true })
    }).pipe(
      Effect.andThen(publish(hash, staging, folder)),
      Effect.ensuring(Effect.ignore(attempt("clean up", () => rm(staging, { recursive: true, force: true }))))
    )
    return component(folder, entry)
  })

  return { read, write }
}
