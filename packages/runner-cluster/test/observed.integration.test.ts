import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { askUntil } from "@alga-psa/ext-runner/testing/AskUntil"
import { ownLoopback } from "@alga-psa/ext-runner/testing/Loopback"
import { promtool } from "@alga-psa/ext-runner/testing/promtool"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { clusterSetting, fixture, until } from "./support/ClusterSetting.ts"
import { podsApi, selector } from "./support/PodsApi.ts"

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const texts = (...paths: ReadonlyArray<string>) =>
  Effect.promise(async () => (await Promise.all(paths.map((path) => readFile(root(path), "utf8")))).join("\n"))

const metricName = /\b(alga_extension|process|nodejs)_[a-z0-9_]+\b/g
/** What stands in pages and begins like a metric: the schemas of databases, and the beginnings of names. */
const others = new Set(["alga_extension_cluster", "alga_extension_runner"])

const namesIn = (text: string): ReadonlyArray<string> =>
  [...new Set(text.match(metricName))].filter((name) => !others.has(name))

const scraped = (url: string) => Effect.promise(async () => (await fetch(`${url}/metrics`)).text())
const numberIn = (scrape: string, series: string): number | undefined => {
  const line = scrape.split("\n").find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

/** Everything that a runner can have beside its database, at addresses where nobody is. */
const nobody = {
  STORAGE_API_BASE_URL: "http://127.0.0.1:9",
  UI_PROXY_BASE_URL: "http://127.0.0.1:9",
  VAULT_ADDR: "http://127.0.0.1:9",
  EXT_EGRESS_ALLOWLIST: "host.example",
  RUNNER_DEBUG_REDIS_URL: "redis://127.0.0.1:9"
}

describe("a runner of a cluster, with all that it can have", () => {
  it.live(
    "has every metric from its start, and the caller's request id in all that is said of a kept trigger",
    () =>
      Effect.gen(function* () {
        const url = Redacted.value(yield* testDatabase)
        const setting = yield* clusterSetting(url)
        const { hash, ...install } = yield* setting.install(yield* fixture("reads"), ["cap:client.read"])
        const pods = yield* podsApi
        const host = ownLoopback()
        pods.pods.set(host, { address: host, ready: true })
        const runner = yield* setting.start({
          ...nobody,
          IDEMPOTENCY_DATABASE_URL: url,
          DATABASE_ACCESS_URL: url,
          ALGA_EXTENSION_RUNNER_CLUSTER_HOST: host,
          ALGA_EXTENSION_RUNNER_CLUSTER_HEALTH: "kubernetes",
          ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_SELECTOR: selector,
          ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_API: pods.url,
          ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_ACCOUNT: pods.account
        })
        assert.isAbove(pods.lists, 0)

        const before = yield* scraped(runner.url)
        const checked = yield* Effect.promise(() => promtool(["check", "metrics"], before))
        assert.strictEqual(checked.code, 0, checked.said)
        const counters = before.split("\n").filter((line) => /^alga_\w+_total[ {]/.test(line))
        assert.deepStrictEqual(
          counters.filter((line) => !line.endsWith(" 0") && !line.startsWith("alga_extension_debug_lines_total")),
          []
        )
        for (const series of [
          'alga_extension_executions_total{outcome="internal"}',
          'alga_extension_handler_responses_total{class="5xx"}',
          'alga_extension_host_calls_total{operation="scheduler.create-schedule",outcome="refused"}',
          'alga_extension_host_calls_total{operation="storage.get",outcome="missing"}',
          'alga_extension_host_calls_total{operation="clients-v2.getMany",outcome="rbac-denied"}',
          'alga_extension_host_calls_total{operation="user.get-user",outcome="not-available"}',
          'alga_extension_port_requests_total{interface="storage",operation="get",outcome="unreachable"}',
          'alga_extension_cluster_executions_total{route="lost"}',
          'alga_extension_trigger_attempts_total{outcome="given-up"}'
        ]) {
          assert.strictEqual(numberIn(before, series), 0, series)
        }

        const accepted = yield* Effect.promise(() =>
          runner.execute({ ...install, user: null, trigger: "schedule", path: "/clients" }, hash, {
            prefer: "respond-async",
            "x-request-id": "from-the-gateway"
          })
        )
        assert.deepStrictEqual([accepted?.http, accepted?.json["request_id"]], [202, "from-the-gateway"])
        const where = String(accepted?.headers.get("location"))
        yield* until(async () => (await runner.get(where)).json["state"] === "done")
        const { json } = yield* Effect.promise(() => runner.get(where))
        assert.strictEqual(json["request_id"], "from-the-gateway")

        // It is done in the database before it is counted.
        const after = yield* askUntil(
          scraped(runner.url),
          (scrape) => numberIn(scrape, 'alga_extension_trigger_attempts_total{outcome="done"}') === 1
        )
        const there = new Set(namesIn(`${before}${after}`))
        const named = namesIn(
          yield* texts(
            "deploy/monitoring/alerts.yaml",
            "deploy/monitoring/dashboard.json",
            "docs/metrics.md",
            "docs/operations.md",
            "docs/runbook.md"
          )
        )
        assert.isAbove(named.length, 40)
        assert.deepStrictEqual(
          named.filter((name) => !there.has(name)),
          []
        )
        assert.deepStrictEqual(
          [
            'alga_extension_executions_total{outcome="accepted"}',
            'alga_extension_executions_total{outcome="ok"}',
            'alga_extension_trigger_attempts_total{outcome="done"}',
            'alga_extension_handler_responses_total{class="2xx"}'
          ].map((series) => numberIn(after, series)),
          [1, 0, 1, 1]
        )

        runner.run.signal("SIGTERM")
        const log = (yield* Effect.promise(() => Array.fromAsync(runner.run.lines))).map((line) => JSON.parse(line))
        const ofTrigger = log.filter(({ annotations }) => annotations.triggerId === json["id"])
        assert.deepStrictEqual(
          ofTrigger.map(({ annotations, message }) => [message, annotations.requestId]),
          ["execution", "host call", "trigger"].map((message) => [message, "from-the-gateway"])
        )
      }),
    300_000
  )
})
