import { spawn } from "node:child_process"
import { once } from "node:events"
import { copyFile, mkdir } from "node:fs/promises"
import { type AddressInfo, createServer } from "node:net"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { layerAdmin } from "@alga-psa/ext-adapters-pg/AdminClient"
import { RoleName } from "@alga-psa/ext-adapters-pg/RoleName"
import { ExtensionId, TenantId } from "@alga-psa/ext-domain"
import { bundlePath } from "@alga-psa/ext-runner/BundleStore"
import * as ClusterTables from "@alga-psa/ext-runner-cluster/ClusterTables"
import { buildSample } from "@alga-psa/ext-sample-extension"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted, type Scope } from "effect"
import { BenchFailed, type BenchOptions } from "../Bench.ts"
import { populationOf } from "../execute/Setting.ts"
import { administering, databases } from "../postgres/Databases.ts"
import { loadedId } from "../postgres/Population.ts"
import { benchServer } from "../postgres/Server.ts"
import { type FleetLoad, loadFleet, type Measured } from "./FleetLoad.ts"

/** A runner that is measured. */
export interface FleetRunner {
  readonly url: string
  readonly pid: number
}

/** A database with installs of the sample, and runners on it. */
export interface Fleet {
  /** One request for each install: the sample's overview, which calls its host four times. */
  readonly asked: FleetLoad["asked"]
  readonly start: (clustered: boolean) => Effect.Effect<FleetRunner, BenchFailed, Scope.Scope>
  /** Waits until these runners alone share the installs. */
  readonly settled: (runners: ReadonlyArray<FleetRunner>) => Effect.Effect<void>
  /** The installs of these that live on the first runner. */
  readonly livingOn: (
    runner: FleetRunner,
    asked: FleetLoad["asked"]
  ) => Effect.Effect<ReadonlyArray<FleetLoad["asked"][number]>>
  /**
   * Works runners in until their code is compiled and every install has its processes: what an execution costs falls for some
   * thousands of them.
   */
  readonly workIn: (runners: ReadonlyArray<FleetRunner>) => Effect.Effect<void, BenchFailed>
  /**
   * Callers that ask runners alike for one window of time. What these `others` spend counts too, and each request carries
   * `bodyBytes`.
   */
  readonly load: (
    runners: ReadonlyArray<FleetRunner>,
    asked: FleetLoad["asked"],
    callers: number,
    more?: { readonly others?: ReadonlyArray<FleetRunner>; readonly bodyBytes?: number }
  ) => Effect.Effect<Measured, BenchFailed>
  readonly environment: Readonly<Record<string, string | number>>
}

const installs = 12
const token = "a-token-of-the-bench"
const role = RoleName.make("bench_cluster")
const password = "a password of the bench"
const main = fileURLToPath(new URL("../../../packages/runner/src/main.ts", import.meta.url))

// The small tenants of the population are numbered from 11.
const tenants = Array.from({ length: installs }, (_, index) => index + 11)
const extension = loadedId("cluster extension")
const version = loadedId("cluster version")
const idOf = (what: string, number: number) => loadedId(`cluster ${what} ${number}`)

const rowsOf = (number: number): ReadonlyArray<string> => {
  const tenant = loadedId(`tenant ${number}`)
  return [
    `INSERT INTO tenant_extension_install (id, tenant_id, registry_id, version_id, granted_caps)
     VALUES ('${idOf("install", number)}', '${tenant}', '${extension}', '${version}', '["cap:client.read", "cap:service.read"]')`,
    `INSERT INTO roles (tenant, role_id, role_name) VALUES ('${tenant}', '${idOf("role", number)}', 'Cluster reader')`,
    `INSERT INTO user_roles (tenant, user_id, role_id)
     VALUES ('${tenant}', '${loadedId(`user ${number} 1`)}', '${idOf("role", number)}')`,
    ...["client", "service"].flatMap((resource) => [
      `INSERT INTO permissions (tenant, permission_id, resource, action)
       VALUES ('${tenant}', '${idOf(resource, number)}', '${resource}', 'read')`,
      `INSERT INTO role_permissions (tenant, role_id, permission_id)
       VALUES ('${tenant}', '${idOf("role", number)}', '${idOf(resource, number)}')`
    ])
  ]
}

const askedOf = (number: number, hash: string): FleetLoad["asked"][number] => {
  const tenant = loadedId(`tenant ${number}`)
  return {
    headers: {
      "content-type": "application/json",
      "x-runner-service-token": token,
      "x-alga-tenant": tenant,
      "x-alga-extension": extension
    },
    body: JSON.stringify({
      context: {
        tenant_id: tenant,
        extension_id: extension,
        install_id: idOf("install", number),
        content_hash: `sha256:${hash}`,
        config: {}
      },
      http: { method: "GET", path: "/api/overview", query: {}, headers: {} },
      user: { user_id: loadedId(`user ${number} 1`), user_email: "", user_name: "", user_type: "", client_name: "" }
    })
  }
}

const install = (database: Redacted.Redacted, bundles: string) =>
  Effect.gen(function* () {
    const { bundleFile, contentHash } = yield* Effect.promise(() => buildSample())
    const hash = contentHash.replace("sha256:", "")
    const rows = [
      `INSERT INTO extension_registry (id, publisher, name) VALUES ('${extension}', 'bench', 'cluster')`,
      `INSERT INTO extension_version (id, registry_id, version, runtime, main_entry, capabilities)
       VALUES ('${version}', '${extension}', '1.0.0', 'wasm-js@1', 'main', '["cap:client.read", "cap:service.read"]')`,
      `INSERT INTO extension_bundle (id, version_id, content_hash) VALUES (gen_random_uuid(), '${version}', '${contentHash}')`,
      ...tenants.flatMap(rowsOf)
    ]
    yield* administering(database, (run) => Effect.forEach(rows, (row) => run(`${row} ON CONFLICT DO NOTHING`)))
    for (const number of tenants) {
      const key = {
        tenant: TenantId.make(loadedId(`tenant ${number}`)),
        extension: ExtensionId.make(extension),
        hash
      }
      const file = join(bundles, bundlePath(key))
      yield* Effect.promise(() => mkdir(dirname(file), { recursive: true }))
      yield* Effect.promise(() => copyFile(bundleFile, file))
    }
    return hash
  })

const prepareCluster = (database: Redacted.Redacted) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const found = yield* sql`SELECT FROM pg_roles WHERE rolname = ${role}`
    if (found.length === 0) yield* sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`)
    yield* ClusterTables.apply(role)
    yield* sql.unsafe("TRUNCATE alga_extension_cluster.cluster_runners")
    const login = new URL(Redacted.value(database))
    login.username = role
    login.password = password
    return login.href
  }).pipe(Effect.provide(layerAdmin(database)))

const freePort = Effect.callback<number>((resume) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address() as AddressInfo
    probe.close(() => resume(Effect.succeed(port)))
  })
})

const ask = (url: string): Promise<string> =>
  fetch(url).then(
    (response) => response.text(),
    () => ""
  )

const shardsOf = async ({ url }: FleetRunner): Promise<number> =>
  Number(/^alga_extension_cluster_shards (\d+)$/m.exec(await ask(`${url}/metrics`))?.[1] ?? 0)

const carriedOutHere = async ({ url }: FleetRunner): Promise<number> =>
  Number(/^alga_extension_cluster_executions_total\{route="here"\} (\d+)$/m.exec(await ask(`${url}/metrics`))?.[1] ?? 0)

const until = (holds: () => Promise<boolean>): Effect.Effect<void> =>
  Effect.promise(holds).pipe(Effect.delay("50 millis"), Effect.repeat({ until: (held) => held }), Effect.asVoid)

/** Loads the database, installs the sample for twelve small tenants, and makes ready for runners. */
export const fleet = ({ budget, keep, scale, tell }: BenchOptions): Effect.Effect<Fleet, BenchFailed, Scope.Scope> =>
  Effect.gen(function* () {
    // The database of `bench execute`, for which it need not be loaded again.
    const folder = join(keep, "execute")
    const server = yield* benchServer(folder)
    const { packed } = yield* databases(server.url, populationOf(scale), tell)
    const bundles = join(folder, "cluster-bundles")
    const hash = yield* install(packed, bundles)
    const clusterUrl = yield* prepareCluster(packed)
    const secret = crypto.randomUUID()
    const start = Effect.fnUntraced(function* (clustered: boolean) {
      const [port, peerPort] = [yield* freePort, yield* freePort]
      const child = yield* Effect.acquireRelease(
        Effect.sync(() =>
          spawn(process.execPath, [main, "serve", ...(clustered ? ["--cluster"] : [])], {
            env: {
              PATH: process.env["PATH"],
              HOME: process.env["HOME"],
              PORT: String(port),
              DATABASE_URL: Redacted.value(packed),
              RUNNER_SERVICE_TOKEN: token,
              BUNDLE_STORE_BASE: bundles,
              EXT_CACHE_ROOT: join(folder, "cluster-cache"),
              DATABASE_CLUSTER_URL: clusterUrl,
              ALGA_EXTENSION_RUNNER_CLUSTER_PORT: String(peerPort),
              ALGA_EXTENSION_RUNNER_CLUSTER_SECRET: secret,
              ALGA_EXTENSION_RUNNER_CLUSTER_HOST: "127.0.0.1",
              ALGA_EXTENSION_RUNNER_SANDBOX_IDLE_PROCESSES: String(installs * 3)
            },
            stdio: ["ignore", "ignore", "inherit"]
          })
        ),
        (child) =>
          Effect.promise(async () => {
            if (child.exitCode !== null || child.signalCode !== null) return
            child.kill("SIGTERM")
            await once(child, "exit")
          })
      )
      const url = `http://127.0.0.1:${port}`
      yield* Effect.timeoutOrElse(
        until(async () => (await ask(`${url}/healthz`)) !== ""),
        { duration: "30 seconds", orElse: () => Effect.fail(new BenchFailed({ why: "a runner does not answer" })) }
      )
      return { url, pid: child.pid ?? 0 }
    })
    const asked = tenants.map((number) => askedOf(number, hash))
    const workInMs = Math.min(10_000, budget * 8)
    const backends = () =>
      Effect.runPromise(
        administering(packed, (run) =>
          run("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'alga-extension-%'")
        )
      ).then((rows) => rows.map((row) => Number((row as { readonly pid: number }).pid)))
    const loading = (
      runners: ReadonlyArray<FleetRunner>,
      times: Pick<FleetLoad, "callers" | "milliseconds" | "warmUp" | "bodyBytes">,
      of: FleetLoad["asked"] = asked,
      others: ReadonlyArray<FleetRunner> = []
    ) =>
      loadFleet(
        { urls: runners.map(({ url }) => url), asked: of, ...times },
        [...runners, ...others].map(({ pid }) => pid),
        backends
      )
    return {
      asked,
      start,
      workIn: (runners: ReadonlyArray<FleetRunner>) =>
        Effect.asVoid(loading(runners, { callers: 16, milliseconds: workInMs * runners.length, warmUp: 0 })),
      load: (...[runners, of, callers, { bodyBytes = 0, others = [] } = {}]: Parameters<Fleet["load"]>) =>
        loading(runners, { callers, milliseconds: budget, warmUp: Math.min(300, budget / 2), bodyBytes }, of, others),
      settled: (runners: ReadonlyArray<FleetRunner>) =>
        until(async () => {
          const owned = await Promise.all(runners.map(shardsOf))
          return Math.min(...owned) > 0 && owned.reduce((sum, some) => sum + some, 0) === 300
        }),
      livingOn: (runner: FleetRunner, asked: FleetLoad["asked"]) =>
        Effect.filter(asked, (one) =>
          Effect.promise(async () => {
            const before = await carriedOutHere(runner)
            await fetch(`${runner.url}/v1/execute`, { method: "POST", ...one })
            return (await carriedOutHere(runner)) > before
          })
        ),
      environment: {
        server: server.description,
        installs: `${installs}, of tenants of ${populationOf(scale).small} clients; each execution calls its host four times`,
        "worked in": `each runner for ${workInMs} ms`
      }
    }
  }).pipe(
    Effect.catchIf(
      (error) => !(error instanceof BenchFailed),
      (error) => Effect.fail(new BenchFailed({ why: String(error) }))
    )
  )
