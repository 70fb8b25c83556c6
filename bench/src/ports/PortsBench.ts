import { fork } from "node:child_process"
import { writeFile } from "node:fs/promises"
import { Agent, request as httpRequest } from "node:http"
import { loadavg } from "node:os"
import { join } from "node:path"
import { layerProductApi, layerSecretsEnvelope, layerStorageHttp } from "@alga-psa/ext-adapters-http"
import { layerOtherPorts } from "@alga-psa/ext-adapters-memory"
import {
  ComponentStore,
  defaultLimits,
  Executor,
  layerComponentStore,
  layerExecutor,
  layerHostImports,
  layerSandbox
} from "@alga-psa/ext-adapters-wit"
import { asExecution, layerDeniedPorts, layerGuardedPorts, layerGuardedReads, Storage } from "@alga-psa/ext-domain"
import { Effect, Layer, Logger, Redacted } from "effect"
import { type Bench, BenchFailed, type BenchOptions } from "../Bench.ts"
import { machine } from "../Machine.ts"
import type { Report } from "../Report.ts"
import { interleaved } from "../Sample.ts"
import { builtGuest, guestInstall } from "../sandbox/GuestInstall.ts"
import { temporaryDirectory } from "../sandbox/TemporaryDirectory.ts"

const secretEnvelope = { algorithm: "vault-transit", key_path: "k", ciphertext_b64: "vault:v1:sealed" }
const { data, execution } = guestInstall(
  ["cap:storage.kv", "cap:secrets.get"],
  Redacted.make({ config: {}, secretEnvelope })
)

const product = Effect.acquireRelease(
  Effect.callback<{ readonly url: URL; readonly stop: () => void }>((resume) => {
    const child = fork(new URL("./productProcess.ts", import.meta.url))
    child.once("message", (port) =>
      resume(Effect.succeed({ url: new URL(`http://127.0.0.1:${port}`), stop: () => child.kill() }))
    )
  }),
  ({ stop }) => Effect.sync(stop)
)

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** One request over a connection that is kept, and its answer as JSON: what a program without all this would do. */
const bareCall = (url: URL, body: string) =>
  Effect.promise(
    () =>
      new Promise<unknown>((resolve, reject) => {
        const sent = httpRequest(url, { method: "POST", agent, headers: { "content-type": "application/json" } })
        sent.on("error", reject)
        sent.on("response", async (response) => {
          const parts: Array<Buffer> = []
          for await (const part of response) parts.push(part)
          resolve(JSON.parse(Buffer.concat(parts).toString()))
        })
        sent.end(body)
      })
  )

const few = 1
const many = 41

const measure = Effect.fnUntraced(function* ({ budget, tell }: BenchOptions) {
  const directory = yield* temporaryDirectory
  const { url } = yield* product
  const tokenFile = join(directory, "token")
  yield* Effect.promise(() => writeFile(tokenFile, "a-token"))
  yield* tell("building the component")
  const bytes = yield* builtGuest(new URL("./guest.ts", import.meta.url), directory)

  const overHttp = Layer.mergeAll(
    layerDeniedPorts,
    Layer.provide(layerStorageHttp, layerProductApi({ base: url, token: Effect.succeed(Redacted.make("a-token")) })),
    layerSecretsEnvelope({ address: url, mount: "transit", namespace: null, tokenFile })
  )
  const inMemory = Layer.provide(layerOtherPorts, data)
  const sandbox = Layer.merge(
    layerComponentStore({ directory: join(directory, "components") }),
    layerSandbox({ concurrency: 2, concurrencyPerTenant: 2, concurrencyPerInstall: 2, limits: defaultLimits })
  )
  const executorOver = (ports: typeof overHttp | typeof inMemory) =>
    Layer.fresh(layerExecutor).pipe(
      Layer.provide(Layer.fresh(layerHostImports)),
      Layer.provide(Layer.fresh(Layer.provide(layerGuardedPorts, ports))),
      Layer.provide(layerGuardedReads),
      Layer.provide(data),
      Layer.provideMerge(sandbox)
    )
  const built = yield* Effect.all([Layer.build(executorOver(overHttp)), Layer.build(executorOver(inMemory))])
  const runs = yield* Effect.forEach(built, (context) =>
    Effect.gen(function* () {
      const component = yield* Effect.flatMap(ComponentStore, (store) => store.accept(bytes, execution.tenantId))
      const executor = yield* Executor
      return (path: string) =>
        asExecution(execution)(
          executor.execute(component, { method: "GET", url: path, headers: [], body: null }, defaultLimits)
        )
    }).pipe(Effect.provideContext(context))
  )
  const [http, memory] = runs as [(typeof runs)[0], (typeof runs)[0]]
  // In memory too there is something to get.
  yield* Effect.flatMap(Storage, (storage) =>
    storage.put({ namespace: "notes", key: "a", value: Buffer.alloc(256, 1), revision: null })
  ).pipe(asExecution(execution), Effect.provide(inMemory))

  const target = new URL(`/api/internal/ext-storage/install/${execution.installId}`, url)
  const body = JSON.stringify({ namespace: "notes", key: "a", operation: "get" })
  yield* tell("everyone in turns")
  const bareMany = Effect.forEach(Array.from({ length: many }), () => bareCall(target, body), { discard: true })
  const timed = yield* interleaved(
    {
      httpFew: http(`/${few}`),
      httpMany: http(`/${many}`),
      memoryFew: memory(`/${few}`),
      memoryMany: memory(`/${many}`),
      bareMany
    },
    budget * 4
  )
  const each = (most: number, least: number) => (most - least) / (many - few)
  const throughHttp = each(timed.httpMany.median, timed.httpFew.median)
  const hostCall = each(timed.memoryMany.median, timed.memoryFew.median)
  const bare = timed.bareMany.median / many

  yield* tell("secrets")
  const countedBy = Effect.map(
    bareCall(new URL("/counted", url), ""),
    (answer) => answer as Readonly<Record<string, number>>
  )
  yield* http("/0/secret")
  const before = yield* countedBy
  for (let at = 0; at < 100; at++) yield* http("/0/secret")
  const after = yield* countedBy
  const opened = (after["opened"] ?? 0) - (before["opened"] ?? 0)
  const connections = after["connections"] ?? 0

  return {
    bench: "ports",
    environment: { ...machine, "load before": (loadavg()[0] ?? 0).toFixed(1), "gets in an execution": many },
    tables: [
      {
        title: "One storage.get of 256 bytes (ms)",
        columns: ["by", "median"],
        rows: [
          ["a component, and the product over HTTP", throughHttp],
          ["a component, and storage in memory: one host call", hostCall],
          ["a plain HTTP request over a kept connection", bare]
        ]
      },
      {
        title: "What the product and Vault see",
        columns: ["count", "of"],
        rows: [
          [opened, "requests to Vault, for 100 executions that get a secret after the first"],
          [connections, "connections made by all of the bench, two of them its own and one to Vault"]
        ]
      }
    ],
    figures: {
      "storage.get through a component / a bare HTTP call and one host call": throughHttp / (bare + hostCall),
      "requests to Vault for secrets after the first": opened,
      "connections for all calls": connections
    }
  } satisfies Report
})

const run = (options: BenchOptions) =>
  measure(options).pipe(
    Effect.provide(Logger.layer([])),
    Effect.catch((error) => Effect.fail(new BenchFailed({ why: String(error) })))
  )

/** Calls of a component that the product answers, beside the same HTTP call alone. */
export const ports: Bench = {
  name: "ports",
  summary: "storage.get through a component and a server on loopback, beside the bare HTTP call and one host call",
  run
}
