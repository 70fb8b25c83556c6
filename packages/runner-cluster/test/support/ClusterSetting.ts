import { ids } from "@alga-psa/ext-adapters-memory"
import { layerAdmin } from "@alga-psa/ext-adapters-pg/AdminClient"
import { RoleName } from "@alga-psa/ext-adapters-pg/RoleName"
import { adminCase, type DemoCase, executeBody } from "@alga-psa/ext-development-host/DemoCase"
import type { ExtensionId, InstallId } from "@alga-psa/ext-domain"
import { sha256 } from "@alga-psa/ext-runner/testing/Archive"
import { askUntil } from "@alga-psa/ext-runner/testing/AskUntil"
import { buildFixture, installed } from "@alga-psa/ext-runner/testing/Extensions"
import { heldReads } from "@alga-psa/ext-runner/testing/HeldReads"
import { ownLoopback } from "@alga-psa/ext-runner/testing/Loopback"
import { type Program, program } from "@alga-psa/ext-runner/testing/Program"
import { addressOf, serveSetting, token } from "@alga-psa/ext-runner/testing/ServeProgram"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { RunnerAddress } from "effect/cluster/RunnerAddress"
import * as ClusterTables from "../../src/ClusterTables.ts"

/** What a clustered runner answered. */
export interface Answered {
  readonly http: number
  readonly headers: Headers
  readonly json: Record<string, unknown>
}

/** A runner of a cluster under test. */
export interface Runner {
  readonly run: Program
  readonly url: string
  /** Where its peers reach it. */
  readonly address: RunnerAddress
  /** Runs an install; an answer of null means that the connection broke. */
  readonly execute: (
    change: Partial<DemoCase>,
    hash: string,
    headers?: Record<string, string>
  ) => Promise<Answered | null>
  /** Asks for an install's component to be taken in; gives the status. */
  readonly warm: (install: Install) => Promise<number>
  readonly get: (path: string, tenant?: string) => Promise<Answered>
  /** The value of a counter or gauge, 0 where it is not there. */
  readonly metric: (line: RegExp) => Promise<number>
}

/** An install of Acme's. */
export interface Install {
  readonly extension: ExtensionId
  readonly install: InstallId
  readonly hash: string
}

const headersOf = (tenant: string) => ({ "x-runner-service-token": token, "x-alga-tenant": tenant })

const runnerAt = (run: Program, url: string, address: RunnerAddress): Runner => ({
  run,
  url,
  address,
  execute: async (change, hash, headers = {}) => {
    const demoCase = { ...adminCase, ...change }
    const response = await fetch(`${url}/v1/execute`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...headersOf(demoCase.tenant),
        "x-alga-extension": demoCase.extension,
        ...headers
      },
      body: JSON.stringify(executeBody(demoCase, hash))
    }).catch(() => null)
    if (response === null) return null
    const json = (await response.json().catch(() => null)) as Answered["json"] | null
    return json === null ? null : { http: response.status, headers: response.headers, json }
  },
  warm: async ({ extension, hash, install }) => {
    const body = { tenant_id: ids.tenants.acme, extension_id: extension, content_hash: hash, install_id: install }
    const headers = { "content-type": "application/json", ...headersOf(ids.tenants.acme) }
    return (await fetch(`${url}/warmup`, { method: "POST", headers, body: JSON.stringify(body) })).status
  },
  get: async (path, tenant = ids.tenants.acme) => {
    const response = await fetch(`${url}${path}`, { headers: headersOf(tenant) })
    return { http: response.status, headers: response.headers, json: (await response.json()) as Answered["json"] }
  },
  metric: async (line) => Number(line.exec(await (await fetch(`${url}/metrics`)).text())?.[1] ?? 0)
})

/** The port of every runner, each of which has an address of its own. */
export const peerPort = 34_431

const secret = "a-secret-of-the-runners-of-this-test"

/** For runners that are lost without a word: the others wait that long for them. */
export const soonGone = { ALGA_EXTENSION_RUNNER_CLUSTER_HEALTH_TIME: "6 seconds" }

/** For runners of many installs, which need no process each. */
export const fewProcesses = { ALGA_EXTENSION_RUNNER_SANDBOX_PROCESS_PER: "component" }

/** A database with Alga's tables, those of a cluster and a login for it; starts runners on both. */
export const clusterSetting = Effect.fnUntraced(function* (databaseUrl: string) {
  const prepared = yield* serveSetting(databaseUrl)
  const url = Redacted.make(databaseUrl)
  const role = RoleName.make(`cluster_${crypto.randomUUID().replaceAll("-", "")}`)
  const asAdmin = Effect.provide(layerAdmin(url))
  const login = new URL(databaseUrl)
  login.username = role
  login.password = "a-password-of-a-test"
  const created = Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    yield* sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'a-password-of-a-test'`)
    yield* ClusterTables.apply(role)
  })
  const dropped = Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    yield* sql.unsafe(`DROP OWNED BY ${role}`)
    yield* sql.unsafe(`DROP ROLE ${role}`)
  })
  yield* Effect.acquireRelease(asAdmin(created), () => Effect.ignore(asAdmin(dropped)))

  const settings = {
    ...prepared.settings,
    DATABASE_CLUSTER_URL: login.href,
    ALGA_EXTENSION_RUNNER_CLUSTER_SECRET: secret,
    ALGA_EXTENSION_RUNNER_CLUSTER_PORT: String(peerPort),
    // No runner counts as gone because the machine is busy.
    ALGA_EXTENSION_RUNNER_CLUSTER_HEALTH_TIME: "1 minute",
    ALGA_EXTENSION_RUNNER_TRIGGER_ATTEMPTS: "2",
    ALGA_EXTENSION_RUNNER_TRIGGER_BACKOFF: "1 second",
    ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY: "4",
    ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY_PER_TENANT: "4",
    ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY_PER_INSTALL: "4",
    // A process that is started ahead of its use saves these tests nothing.
    ALGA_EXTENSION_RUNNER_SANDBOX_SPARES: "0",
    ALGA_EXTENSION_RUNNER_SANDBOX_LOADED_SPARES: "0"
  }
  const start = Effect.fnUntraced(function* (change: Readonly<Record<string, string>> = {}) {
    const host = change["ALGA_EXTENSION_RUNNER_CLUSTER_HOST"] ?? ownLoopback()
    const run = yield* program(["serve", "--cluster"], {
      ...settings,
      ALGA_EXTENSION_RUNNER_CLUSTER_HOST: host,
      ...change
    })
    return runnerAt(run, yield* addressOf(run), new RunnerAddress({ host, port: peerPort }))
  })
  const install = Effect.fnUntraced(function* (archive: Uint8Array, capabilities: ReadonlyArray<string> = []) {
    const hash = sha256(archive)
    const { extension, install, rows } = installed(hash, capabilities)
    yield* prepared.load(rows)
    yield* prepared.store({ tenant: ids.tenants.acme, extension, hash }, archive)
    return { extension, install, hash } satisfies Install
  })
  const rows = <Row extends object>(statement: string) =>
    Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe<Row>(statement)).pipe(asAdmin)
  /** Gives an install secrets, as the product keeps them. */
  const putSecrets = ({ install }: Install, ciphertext: string, algorithm: string, key = "NULL") =>
    rows(`
      INSERT INTO tenant_extension_install_secrets (install_id, tenant_id, ciphertext, algorithm, transit_key)
      VALUES ('${install}', '${ids.tenants.acme}', '${ciphertext}', '${algorithm}', ${key})
      ON CONFLICT (install_id) DO UPDATE SET ciphertext = excluded.ciphertext`)
  const { hold: holdReads, waiting: heldUp } = heldReads(databaseUrl)
  return { ...prepared, settings, secret, start, install, putSecrets, rows, holdReads, heldUp }
})

/** Secrets in the clear, as an envelope holds them. */
export const inline = (secrets: object) => Buffer.from(JSON.stringify(secrets)).toString("base64")

/** Waits for a state of a kept trigger, and gives what its handler answered then, or why it did not. */
export const ended = (runner: Runner, where: string, state: "done" | "dead") =>
  Effect.gen(function* () {
    yield* until(async () => (await runner.get(where)).json["state"] === state)
    const { json } = yield* Effect.promise(() => runner.get(where))
    const { body_b64 = "" } = (json["response"] ?? {}) as { body_b64?: string }
    return state === "done" ? JSON.parse(Buffer.from(body_b64, "base64").toString()) : String(json["error"])
  })

/** Asks again until it holds, which costs the runners something each time. */
export const until = (holds: () => Promise<boolean>): Effect.Effect<void> =>
  Effect.asVoid(askUntil(Effect.promise(holds), (held) => held, "500 millis"))

/** Builds the fixture of that name. */
export const fixture = (name: string) => Effect.promise(() => buildFixture(name))
