import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import {
  ComponentStore,
  defaultLimits,
  error,
  type HostCall,
  type HostReply,
  layerComponentStore,
  layerSandbox,
  ok,
  Sandbox
} from "@alga-psa/ext-adapters-wit"
import { buildComponent } from "@alga-psa/ext-extension-sdk/build"
import { componentize } from "@bytecodealliance/componentize-js"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { build } from "esbuild"

const world = join(dirname(createRequire(import.meta.url).resolve("@alga-psa/ext-adapters-wit/package.json")), "wit")

/** As an extension was written before there were host reads: it imports the world, and its handler is async. */
const older = `import { getContext } from "alga:extension/context"
import { logInfo } from "alga:extension/logging"
import { get } from "alga:extension/storage"
import { getUser } from "alga:extension/user"
const attempt = (run) => { try { return run() } catch (failure) { return failure.payload ?? failure } }
export __ASYNC__ function handler({ context, http }) {
  __AWAIT__ null
  logInfo("asked for " + http.url)
  const answer = { tenant: getContext().tenantId, same: context.tenantId, stored: attempt(() => get("space", "key")), user: attempt(getUser) }
  return { status: 200, headers: [{ name: "x-a", value: "b" }], body: new Uint8Array([...JSON.stringify(answer)].map((c) => c.charCodeAt(0))) }
}
`
const asynchronous = older.replace("__ASYNC__", "async").replace("__AWAIT__", "await")
const synchronous = older.replace("__ASYNC__", "").replace("__AWAIT__", "void")

/** What the published toolchain makes: StarlingMonkey of componentize-js 0.19.3, every WASI feature off. */
const published = async (folder: string, source: string, witPath: string): Promise<Uint8Array> => {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder },
    bundle: true,
    write: false,
    format: "esm",
    external: ["alga:extension/*"]
  })
  const sourcePath = join(folder, "published.js")
  await writeFile(sourcePath, outputFiles[0]?.contents ?? "")
  const disableFeatures = ["stdio", "random", "clocks", "http", "fetch-event"] as const
  const { component } = await componentize({
    sourcePath,
    witPath,
    worldName: "runner",
    disableFeatures: [...disableFeatures]
  })
  return component
}

/** What this toolchain makes, of a handler that does not wait. */
const ours = async (folder: string, source: string, witDir: string): Promise<Uint8Array> => {
  const entry = join(folder, "ours.js")
  await writeFile(entry, source)
  const { file } = await buildComponent({ entry, outFile: join(folder, "ours.wasm"), witDir })
  return readFile(file)
}

/** The world as it was before clients, services, invoicing and the second user interface. */
const olderWorld = async (folder: string): Promise<string> => {
  const wit = join(folder, "wit")
  await cp(world, wit, { recursive: true })
  for (const name of ["clients", "services", "invoicing"]) await rm(join(wit, `${name}.wit`))
  const change = async (name: string, edit: (text: string) => string) => {
    const text = await readFile(join(wit, name), "utf8")
    assert.notStrictEqual(edit(text), text)
    await writeFile(join(wit, name), edit(text))
  }
  await change("world.wit", (text) => text.replaceAll(/^ *import (clients|services|invoicing|user-v2);\n/gm, ""))
  return wit
}

const temporary = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-compatibility-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

/** Longer than any test takes: on a slow machine, too, an execution ends by itself. */
const longMs = 3_600_000
const limits = { ...defaultLimits, timeoutMs: longMs }

const sandbox = Layer.unwrap(
  Effect.map(temporary, (directory) =>
    layerSandbox({ concurrency: 1, spares: 0, idleProcesses: 1, startMs: longMs, limits }).pipe(
      Layer.provideMerge(layerComponentStore({ directory, intakeTimeoutMs: longMs, spare: false }))
    )
  )
)

const user = { tenantId: "tenant", clientName: "c", userId: "u", userEmail: "e", userName: "Ada", userType: "internal" }

const answers =
  (called: Array<string>) =>
  (call: HostCall): HostReply => {
    called.push(`${call.interface}.${call.function}`)
    switch (call.function) {
      case "getContext":
        return ok({ tenantId: "tenant", extensionId: "e", requestId: null, installId: "install", versionId: null })
      case "getUser":
        return ok(user)
      case "logInfo":
        return ok(null)
      default:
        return error("denied")
    }
  }

const run = Effect.fnUntraced(function* (bytes: Uint8Array, called: Array<string>) {
  const component = yield* (yield* ComponentStore).accept(bytes)
  const { body, status } = yield* (yield* Sandbox).execute({
    component,
    tenantId: "tenant",
    installId: "install",
    request: {
      context: { requestId: null, tenantId: "tenant", extensionId: "e", installId: "install", versionId: null },
      http: { method: "GET", url: "/a", headers: [], body: null }
    },
    limits,
    host: (call) => Effect.succeed(answers(called)(call))
  })
  return { imports: component.imports, status, body: JSON.parse(new TextDecoder().decode(body ?? new Uint8Array())) }
})

layer(sandbox, { excludeTestServices: true })("an extension of before", (it) => {
  it.effect.each([
    ["the published toolchain, async, on StarlingMonkey", published, asynchronous],
    ["this toolchain, on QuickJS", ours, synchronous]
  ] as const)("built against an older world by %s runs unchanged", ([, make, source]) =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const bytes = yield* Effect.promise(async () => make(folder, source, await olderWorld(folder)))
      const called: Array<string> = []
      for (let round = 0; round < 2; round++) {
        const { body, imports, status } = yield* run(bytes, called)
        assert.notIncludeMembers([...imports], ["alga:extension/clients", "alga:extension/services"])
        assert.strictEqual(status, 200)
        assert.deepEqual(body, { tenant: "tenant", same: "tenant", stored: "denied", user })
      }
      assert.strictEqual(called.length, 8)
    }).pipe(Effect.scoped)
  )
})
