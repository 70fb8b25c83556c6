import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { ids } from "@alga-psa/ext-adapters-memory"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { triggers } from "@alga-psa/ext-runner/commands/triggers"
import { commandRun } from "@alga-psa/ext-runner/testing/CommandRun"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Redacted } from "effect"
import {
  type Answers,
  connected,
  everywhere,
  failures,
  keep,
  load,
  metrics,
  route,
  settled,
  shards,
  sum
} from "./support/ClusterLoad.ts"
import {
  clusterSetting,
  ended,
  fewProcesses,
  fixture,
  type Install,
  inline,
  type Runner,
  until
} from "./support/ClusterSetting.ts"

const kept = (runner: Runner, { hash, ...change }: Install, path: string, key: string) =>
  Effect.promise(() => runner.execute({ ...change, ...schedule, path }, hash, { ...later, "x-idempotency-key": key }))

const later = { prefer: "respond-async" }
const schedule = { user: null, trigger: "schedule" }

const cli = (settings: Readonly<Record<string, string>>, ...args: ReadonlyArray<string>) =>
  commandRun(triggers)(["triggers", ...args], settings)

const reads = ["cap:client.read"]

const cluster = Effect.gen(function* () {
  const url = Redacted.value(yield* testDatabase)
  const setting = yield* clusterSetting(url)
  const start = (name: string, change: Readonly<Record<string, string>> = {}) =>
    setting.start({
      ...fewProcesses,
      EXT_CACHE_ROOT: join(setting.folder, name),
      IDEMPOTENCY_DATABASE_URL: url,
      ALGA_EXTENSION_RUNNER_CLUSTER_INSTALL_CONCURRENCY: "3",
      ALGA_EXTENSION_RUNNER_CLUSTER_TENANT_CONCURRENCY: "4",
      ...change
    })
  const [first, second] = yield* Effect.all([start("first"), start("second")], { concurrency: 2 })
  yield* settled([first, second])
  return { setting, start, first, second }
})

/** Two runners for all tests. One that starts others ends them. */
class Cluster extends Context.Service<Cluster, Effect.Success<typeof cluster>>()("cluster/Cluster") {}

layer(Layer.effect(Cluster, cluster), { excludeTestServices: true, timeout: 240_000 })("a cluster", (it) => {
  it.effect(
    "spreads installs, answers for each at each, and loses no request while runners go and come",
    () =>
      Effect.gen(function* () {
        const { first, second, setting, start } = yield* Cluster
        const archive = yield* fixture("steps")
        const installs = yield* Effect.forEach(Array.from({ length: 12 }), () => setting.install(archive))
        const third = yield* start("third")
        const runners = [first, second, third]
        yield* settled(runners)
        for (const owned of yield* Effect.promise(() => metrics(runners, shards))) assert.isAbove(owned, 60)

        yield* connected(runners, installs)
        const routes = Effect.promise(() =>
          Promise.all([metrics(runners, route("here")), metrics(runners, route("elsewhere"))])
        )
        const [hereBefore, elsewhereBefore] = yield* routes
        // One after the other: each goes over the connection that is there.
        const pairs = runners.flatMap((runner) => installs.map((install) => [runner, install] as const))
        const answers = yield* Effect.forEach(pairs, ([runner, install]) => everywhere([runner], [install]))
        assert.deepStrictEqual(failures(answers.flat()), [])
        const [hereAfter, elsewhereAfter] = yield* routes
        const here = hereAfter.map((count, at) => count - (hereBefore[at] ?? 0))
        assert.strictEqual(sum(here), installs.length)
        assert.isBelow(Math.max(...here), installs.length)
        assert.strictEqual(sum(elsewhereAfter) - sum(elsewhereBefore), installs.length * 2)

        // Work that is under way at the third runner, and on its way there, when that is told to end.
        const busy = yield* load([first, second, first], installs, "/100000")
        assert.strictEqual(yield* Effect.promise(() => third.run.end("SIGTERM")), 0)
        const again = yield* start("third", { ALGA_EXTENSION_RUNNER_CLUSTER_HOST: third.address.host })
        yield* settled([first, second, again])
        yield* busy.more(20)
        assert.strictEqual(yield* Effect.promise(() => again.run.end("SIGTERM")), 0)
        yield* settled([first, second])
        yield* busy.stop
        assert.deepStrictEqual(failures(busy.answers), [])
      }),
    300_000
  )

  it.effect(
    "takes a component in where its install lives, keeps triggers, does each once by its key, and shows a tenant its own",
    () =>
      Effect.gen(function* () {
        const { first, second, setting } = yield* Cluster
        const runners = [first, second]
        const install = yield* setting.install(yield* fixture("reads"))
        const broken = yield* setting.install(yield* fixture("trap"))
        const wasm = async (name: string) => {
          const files = await readdir(join(setting.folder, name, "components"), { recursive: true })
          return files.filter((file) => file.endsWith(".wasm")).length
        }
        const components = () => Promise.all(["first", "second"].map(wasm))
        const before = yield* Effect.promise(components)
        const taken = async () => (await components()).map((count, at) => count - (before[at] ?? 0) > 0)

        const warm = (runner: Runner) => Effect.promise(() => runner.warm(install))
        for (const runner of runners) assert.strictEqual(yield* warm(runner), 200)
        const warmed = yield* Effect.promise(taken)
        const here = Effect.promise(() => metrics(runners, route("here")))
        const hereBefore = yield* here
        assert.deepStrictEqual(failures(yield* everywhere(runners, [install])), [])
        assert.deepStrictEqual(
          (yield* here).map((count, at) => count - (hereBefore[at] ?? 0) === 1),
          warmed
        )
        assert.deepStrictEqual(yield* Effect.promise(taken), warmed)
        assert.strictEqual(warmed.filter(Boolean).length, 1)

        const { hash, ...change } = install

        const one = yield* kept(first, install, "/1", "a")
        assert.strictEqual(one?.http, 202)
        assert.strictEqual(one?.headers.get("preference-applied"), "respond-async")
        const where = String(one?.headers.get("location"))
        yield* until(async () => (await second.get(where)).json["state"] === "done")
        const { json } = yield* Effect.promise(() => second.get(where))
        assert.deepStrictEqual(
          [json["id"], json["attempts"], (json["response"] as { status: number }).status],
          [one?.json["id"], 1, 200]
        )
        const again = yield* kept(second, install, "/1", "a")
        assert.deepStrictEqual([again?.http, again?.json["id"], again?.json["state"]], [202, json["id"], "done"])
        const other = yield* kept(second, install, "/2", "a")
        assert.deepStrictEqual(
          [other?.http, other?.json["error"]],
          [422, "idempotency_mismatch: the key belongs to another request"]
        )
        assert.strictEqual((yield* Effect.promise(() => first.get(where, ids.tenants.borealis))).http, 404)
        assert.strictEqual((yield* Effect.promise(() => fetch(`${first.url}${where}`))).status, 401)

        const stored = yield* setting.rows<{ request: string | null; attempts: number }>(
          `SELECT request, attempts FROM alga_extension_cluster.trigger WHERE id = '${json["id"]}'`
        )
        assert.deepStrictEqual(stored, [{ request: null, attempts: 1 }])

        const synchronous = yield* Effect.promise(() =>
          Promise.all([
            first.execute({ ...change, ...schedule, path: "/1" }, hash),
            first.execute({ ...change, path: "/1" }, hash, later),
            first.execute({ ...change, trigger: "webhook", path: "/1" }, hash, later)
          ])
        )
        assert.deepStrictEqual(
          synchronous.map((answer) => answer?.http),
          [200, 200, 200]
        )

        const doomed = yield* kept(second, broken, "/", "b")
        const doom = String(doomed?.headers.get("location"))
        yield* until(async () => (await first.get(doom)).json["state"] === "dead")
        const dead = yield* Effect.promise(() => first.get(doom))
        assert.strictEqual(dead.json["attempts"], 2)
        assert.match(String(dead.json["error"]), /^execute_failed: /)
        const id = String(dead.json["id"])
        const listed = yield* cli(setting.settings, "list", "--json")
        assert.deepStrictEqual(
          listed.rows().map((row) => row.id),
          [id]
        )
        const replayed = yield* cli(setting.settings, "replay", "--id", id)
        assert.deepStrictEqual([replayed.code, replayed.out], [0, ["1 replayed"]])
        const none = yield* cli(setting.settings, "replay", "--id", crypto.randomUUID())
        assert.deepStrictEqual([none.code, none.out], [1, []])
        yield* until(async () => (await first.get(doom)).json["state"] === "dead")
        const [{ attempts } = { attempts: 0 }] = yield* setting.rows<{ attempts: number }>(
          `SELECT count(*)::int4 AS attempts FROM alga_extension_cluster.trigger_attempt WHERE trigger_id = '${id}'`
        )
        assert.strictEqual(attempts, 4)
      }),
    300_000
  )

  it.effect(
    "shows what a trigger's handler answered only while its install may do what it did, and carries a key out once",
    () =>
      Effect.gen(function* () {
        const { first: runner, second, setting } = yield* Cluster
        const runners = [runner, second]
        const install = yield* setting.install(yield* fixture("reads"), reads)
        const broken = yield* setting.install(yield* fixture("trap"))
        const { hash, ...change } = install
        const total = (line: RegExp) =>
          Effect.map(
            Effect.promise(() => metrics(runners, line)),
            sum
          )
        const reading = total(/^alga_extension_host_calls_total\{operation="clients.list",outcome="ok"\} (\d+)$/m)
        const trapped = total(/^alga_extension_sandbox_failures_total\{reason="trap"\} (\d+)$/m)
        const [readBefore, trappedBefore] = [yield* reading, yield* trapped]
        const waitedFor = { ...change, ...schedule, path: "/clients" }
        const accepted = yield* kept(runner, install, "/clients", "a")
        const where = String(accepted?.headers.get("location"))
        yield* until(async () => (await runner.get(where)).json["state"] === "done")

        const rights = "not_allowed: the answer that is kept rests on a right that is no longer there"
        const its = `WHERE id = '${install.install}'`
        for (const [broken, mended, error] of [
          ["granted_caps = '[]'", "granted_caps = '[\"cap:client.read\"]'", rights],
          ["is_enabled = false", "is_enabled = true", "install_disabled"]
        ] as const) {
          yield* setting.rows(`UPDATE tenant_extension_install SET ${broken} ${its}`)
          const refused = [
            yield* Effect.promise(() => runner.get(where)),
            yield* kept(runner, install, "/clients", "a")
          ]
          for (const answer of refused) {
            assert.deepStrictEqual(
              [answer?.http, answer?.json["error"], answer?.json["response"]],
              [403, error, undefined]
            )
          }
          yield* setting.rows(`UPDATE tenant_extension_install SET ${mended} ${its}`)
          assert.strictEqual((yield* Effect.promise(() => runner.get(where))).http, 200)
        }

        const named = (name: string) => ({ "x-idempotency-key": name })
        const waited = yield* Effect.promise(() => runner.execute(waitedFor, hash, named("a")))
        assert.deepStrictEqual(
          [waited?.http, waited?.json["error"]],
          [422, "idempotency_mismatch: the key belongs to a trigger that is kept"]
        )
        assert.strictEqual((yield* Effect.promise(() => runner.execute(waitedFor, hash, named("b"))))?.http, 200)
        const late = yield* kept(runner, install, "/clients", "b")
        assert.deepStrictEqual(
          [late?.http, late?.json["error"]],
          [422, "idempotency_mismatch: the key belongs to an execution that its caller waited for"]
        )
        assert.strictEqual((yield* reading) - readBefore, 2)

        for (const [at, asked] of runners.entries()) {
          for (const _ of ["first", "again"]) {
            const answer = yield* Effect.promise(() => asked.execute(waitedFor, hash, named(`c${at}`)))
            assert.strictEqual(answer?.http, 200)
            const failed = yield* Effect.promise(() =>
              asked.execute({ extension: broken.extension, install: broken.install }, broken.hash, named(`d${at}`))
            )
            assert.strictEqual(failed?.http, 500)
          }
        }
        assert.strictEqual((yield* reading) - readBefore, 4)
        assert.strictEqual((yield* trapped) - trappedBefore, 2)
      }),
    300_000
  )

  it.effect(
    "gives a kept trigger no secrets of its install where the deployment does not say so",
    () =>
      Effect.gen(function* () {
        const { first, setting } = yield* Cluster
        const install = yield* setting.install(yield* fixture("all-secrets"), ["cap:secrets.get"])
        yield* setting.putSecrets(install, inline({ api_key: "stored" }), "inline/base64")
        assert.deepStrictEqual(yield* ended(first, yield* keep(first, install, "/", "a"), "done"), {})
      }),
    300_000
  )

  it.effect(
    "holds the limits of an install and of a tenant, whichever runner is asked",
    () =>
      Effect.gen(function* () {
        const { first, second: other, setting } = yield* Cluster
        const runners = [first, other]
        const archive = yield* fixture("reads")
        const [one, two, three] = yield* Effect.all([
          setting.install(archive, reads),
          setting.install(archive, reads),
          setting.install(archive, reads)
        ])
        yield* everywhere([first], [one, two, three])

        const said = (answers: Answers) => answers.map((answer) => answer?.json["error"] ?? answer?.http)
        const goOn = yield* setting.holdReads
        const working = yield* Effect.forkChild(everywhere([first, other, first], [one], "/clients"))
        yield* setting.heldUp(3)
        const busy = "rate_limited: the install has 3 executions under way"
        const refused = yield* everywhere(runners, [one])
        assert.deepStrictEqual(said(refused), [busy, busy])
        assert.deepStrictEqual(
          refused.map((answer) => [answer?.http, answer?.headers.get("retry-after")]),
          [
            [429, "1"],
            [429, "1"]
          ]
        )
        const second = yield* Effect.forkChild(everywhere([first], [two], "/clients"))
        yield* setting.heldUp(4)
        const full = "rate_limited: the tenant has 4 executions under way"
        for (const runner of runners) assert.deepStrictEqual(said(yield* everywhere([runner], [three])), [full])
        yield* goOn
        assert.deepStrictEqual(said(yield* Fiber.join(working)), [200, 200, 200])
        assert.deepStrictEqual(said(yield* Fiber.join(second)), [200])
      }),
    300_000
  )
})
