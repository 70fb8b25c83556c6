/**
 * An operator's whole way, by a guide: from nothing to two clustered runners behind PgBouncer with TLS, scraped, alerting, upgraded and
 * rolled back. `.ci/long` runs it; it ends with 1 where something does not come of it, or it takes ten minutes. The version that is gone to is the same code
 * under another number: a machine without a registry has no other.
 */
import { chmod, chown, copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { ids, seed } from "@alga-psa/ext-adapters-memory"
import { createTables, load } from "@alga-psa/ext-adapters-pg/Fixture"
import { freePort } from "@alga-psa/ext-adapters-pg/testing/FreePort"
import { dedicatedServerWith } from "@alga-psa/ext-adapters-pg/testing/ServerBinaries"
import { buildSample } from "@alga-psa/ext-sample-extension"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Redacted, Scope } from "effect"
import { type Block, blocksOf } from "../documents/Blocks.ts"
import { linesOf } from "../documents/Commands.ts"
import { freshCopy } from "../documents/FreshCopy.ts"
import { type Page, pages, root } from "../documents/Pages.ts"
import { type Place, runScript, type Started, start } from "../documents/Shell.ts"
import { pnpm } from "../release/Commands.ts"
import { must, step } from "../Steps.ts"
import { type Backend, callersDuring } from "./Load.ts"
import { programs, readersPrograms, runnerOf } from "./Programs.ts"

const longest = 600_000

const begun = performance.now()

const until = async <A>(what: string, ask: () => Promise<A>, holds: (found: A) => boolean): Promise<A> => {
  for (const end = performance.now() + 60_000; ; ) {
    const found = await ask().catch(() => undefined)
    if (found !== undefined && holds(found)) return found
    must(performance.now() < end, `a minute later there is still not: ${what}; but ${JSON.stringify(found)}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

const scope = Scope.makeUnsafe()
const folder = await mkdtemp(join(tmpdir(), "alga-operate-"))
await chmod(folder, 0o755)
const guide = (await pages()).find(({ path }) => path === "docs/guides/run-a-cluster.md") as Page
const running: Array<Started> = []

const server = await step("PostgreSQL is there, with Alga's tables", async () => {
  const started = await Effect.runPromise(Scope.provide(dedicatedServerWith("listen_addresses=localhost"), scope))
  const url = new URL(started.url)
  url.hostname = "localhost"
  return { ...started, url: url.href, port: url.port }
})
const database = new URL(server.url)
database.pathname = "/alga"

const onDatabase = <A>(use: Effect.Effect<A, unknown, PgClient.PgClient>, url = database.href) =>
  Effect.runPromise(Effect.provide(use, PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })))

const statements = (text: string, url = database.href) =>
  onDatabase(
    Effect.flatMap(PgClient.PgClient, (sql) =>
      Effect.forEach(
        text.split(";\n").filter((one) => one.trim() !== ""),
        (one) => sql.unsafe(one).unprepared
      )
    ),
    url
  )

await statements("CREATE DATABASE alga TEMPLATE template0 ENCODING 'UTF8'", server.url)
await onDatabase(Effect.andThen(createTables, load(seed({ contentHash: "0".repeat(64) }))))

/** The guide's ports, and those that are free here. */
const ports = new Map<string, string>([["5432", server.port]])
const otherPort = async (): Promise<string> => {
  const port = String(await freePort())
  return [...ports.values()].includes(port) ? otherPort() : port
}
for (const port of ["6432", "8081", "8082", "34431", "34432", "9090", "9091", "9092"])
  ports.set(port, await otherPort())
const portOf = (port: string) => ports.get(port) ?? port
const filled = (text: string): string =>
  text
    .replace(/\b\d{4,5}\b/g, portOf)
    .replaceAll("/srv/alga", join(folder, "srv"))
    .replaceAll("15s", "1s")

const exported: Record<string, string> = {
  DATABASE_ADMIN_URL: database.href,
  TENANT: ids.tenants.acme,
  FOR_USER: ids.users.admin
}

/** A place whose programs are of one version. */
const withPrograms = (bin: string): Place => ({
  folder,
  // What the reader exports on the way counts from then on.
  get env() {
    return { ...exported, PATH: [bin, dirname(process.execPath), process.env["PATH"]].join(delimiter) }
  }
})

const done = async (line: string, at: Place) => {
  const ended = await runScript(line, at)
  must(ended.code === 0, `${line}\n${ended.stdout}\n${ended.stderr}`)
  return ended.stdout
}

const starting = (line: string, at: Place): Started => {
  const started = start(line, at)
  running.push(started)
  return started
}

const others = await step("PgBouncer and Prometheus are there", readersPrograms)
const present = withPrograms(
  await programs(join(folder, "bin"), { ...others, "alga-extension-runner": runnerOf(root) })
)
const copy = await freshCopy()

const next = await step("another version is there", async () => {
  const installed = await pnpm(["install", "--offline", "--frozen-lockfile"], copy.folder)
  must(installed.code === 0, installed.stderr + installed.stdout)
  const file = join(copy.folder, "packages/runner/package.json")
  const manifest = JSON.parse(await readFile(file, "utf8"))
  await writeFile(file, JSON.stringify({ ...manifest, version: "0.99.0" }))
  const newer = withPrograms(
    await programs(join(folder, "new"), { ...others, "alga-extension-runner": runnerOf(copy.folder) })
  )
  const [before, after] = [
    await done("alga-extension-runner --version", present),
    await done("alga-extension-runner --version", newer)
  ]
  must(after.includes("0.99.0") && before !== after, `${before} becomes ${after}`)
  return newer
})

const writeFiles = async () => {
  const { bundleFile } = await buildSample()
  await copyFile(bundleFile, join(folder, "bundle.tar.zst"))
  await copyFile(join(root, "deploy/monitoring/alerts.yaml"), join(folder, "alerts.yaml"))
  await mkdir(join(folder, "srv/bundles"), { recursive: true })
  await mkdir(join(folder, "srv/cache"))
}

/** What the reader does with certificates by hand. */
const giveCertificates = async () => {
  const { gid, uid } = await stat(server.dataDir)
  for (const name of ["server.crt", "server.key"]) {
    await copyFile(join(folder, name), join(server.dataDir, name))
    await chmod(join(server.dataDir, name), 0o600)
    if (process.getuid?.() === 0) await chown(join(server.dataDir, name), uid, gid)
  }
}

/** What the reader writes in place of dots: what the files of these names hold. */
const withPasswords = async (sql: string): Promise<string> => {
  const [, dots = "", name = ""] = /(…(\w+))/.exec(sql) ?? []
  if (name === "") return sql
  return withPasswords(sql.replace(dots, (await readFile(join(folder, name), "utf8")).trim()))
}

const prometheus = (path: string) =>
  fetch(`http://localhost:${portOf("9090")}/api/v1/${path}`).then((answer) => answer.json())

/** How many runners Prometheus reaches. */
const up = async (): Promise<number> => {
  const { data } = (await prometheus(`query?query=${encodeURIComponent("sum(up)")}`)) as {
    readonly data: { readonly result: ReadonlyArray<{ readonly value: readonly [number, string] }> }
  }
  return Number(data.result[0]?.value[1] ?? 0)
}

const runnerLines = new Map(
  blocksOf(guide)
    .filter(({ info }) => info.startsWith("serves "))
    .map((block) => [block.info.replace("serves ", ""), filled(linesOf(block)[0] ?? "")])
)
const runners = new Map<string, Started>()
const backends: ReadonlyArray<Backend> = [
  { address: `http://localhost:${portOf("8081")}`, health: `http://localhost:${portOf("9091")}` },
  { address: `http://localhost:${portOf("8082")}`, health: `http://localhost:${portOf("9092")}` }
]
const healthOf = (name: string) => (name === "one" ? backends[0]?.health : backends[1]?.health) ?? ""

const startRunner = async (name: string, at: Place) => {
  // What is told to stop goes on writing for a while.
  const started = starting(`${runnerLines.get(name)} 2>&1 | (trap '' INT TERM; exec tee -a runners.log)`, at)
  runners.set(name, started)
  await started.until(/"the runner is ready"/)
  await until(
    `${name} is ready`,
    () => fetch(`${healthOf(name)}/readyz`),
    ({ ok }) => ok
  )
}

/** What a process manager does: tells the runner alone to stop, and waits for its end. */
const stopRunner = async (name: string) => {
  const port = portOf(name === "one" ? "8081" : "8082")
  process.kill(Number(await readFile(join(folder, `${port}.pid`), "utf8")), "SIGTERM")
  await runners.get(name)?.ended()
}

const replaceRunner = async (name: string, at: Place) => {
  await stopRunner(name)
  await startRunner(name, at)
}

const execute = (address: string) => {
  const { EXTENSION = "", HASH = "", INSTALL = "" } = exported
  const context = {
    tenant_id: ids.tenants.acme,
    extension_id: EXTENSION,
    install_id: INSTALL,
    content_hash: HASH,
    config: {},
    trigger: "schedule"
  }
  return fetch(`${address}/v1/execute`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-runner-service-token": token,
      "x-alga-tenant": ids.tenants.acme,
      "x-alga-extension": EXTENSION
    },
    body: JSON.stringify({ context, http: { method: "GET", path: "/api/clients", query: {}, headers: {} }, limits: {} })
  })
}

/** Replaces both runners, one after the other, while callers go on. */
const roll = async (at: Place) => {
  const { answered, failed } = await callersDuring(backends, execute, async () => {
    await replaceRunner("one", at)
    await replaceRunner("two", at)
  })
  must(failed.length === 0 && answered > 20, `${answered} were answered, and not: ${failed.slice(0, 5).join("; ")}`)
}

interface Rule {
  readonly name: string
  readonly query: string
  readonly state: string
  readonly health: string
}

const alerts = async (): Promise<ReadonlyArray<Rule>> => {
  const { data } = (await prometheus("rules")) as {
    readonly data: { readonly groups: ReadonlyArray<{ readonly rules: ReadonlyArray<Rule> }> }
  }
  return data.groups.flatMap((group) => group.rules)
}

/** The names of the alerts that are pending or raised. */
const raised = async () => (await alerts()).filter(({ state }) => state !== "inactive").map(({ name }) => name)

const watch = async () => {
  await until("both runners are scraped", up, (count) => count === 2)
  const isFine = (rules: ReadonlyArray<Rule>) => rules.length > 0 && rules.every(({ health }) => health === "ok")
  await until("every alert can be looked at", alerts, isFine)
  await runners.get("two")?.end("SIGKILL")
  await until("one runner is missed", up, (count) => count === 1)
  await until("ExtensionRunnerDown is pending", raised, (names) => names.includes("ExtensionRunnerDown"))
  await startRunner("two", present)
  await until("it is back", up, (count) => count === 2)
}

const doBlock = async (block: Block) => {
  const { info, language } = block
  const text = filled(block.text)
  if (language === "sql") {
    if (info === "tls") await giveCertificates()
    return void (await statements(await withPasswords(text), info === "tls" ? server.url : undefined))
  }
  if (language !== "sh") return writeFile(join(folder, info), text)
  const lines = linesOf(block).map(filled)
  if (info.startsWith("serves ")) return startRunner(info.replace("serves ", ""), present)
  if (info === "stays") {
    const line = lines[0] ?? ""
    starting(line, present)
    if (line.startsWith("prometheus")) return watch()
    await until(
      "PgBouncer answers",
      () => done(`exec 3<>/dev/tcp/localhost/${portOf("6432")}`, present),
      () => true
    )
    return
  }
  for (const line of lines) {
    const said = await done(line, info === "new" ? next : present)
    for (const [, name = "", value = ""] of said.matchAll(/^(extension|install|bundle) +(?:sha256:)?(\S+)$/gm)) {
      exported[{ extension: "EXTENSION", install: "INSTALL", bundle: "HASH" }[name] ?? ""] = value
    }
  }
}

let token = ""
const late = setTimeout(() => {
  console.error(`it takes more than ${longest / 1000} s`)
  process.exit(1)
}, longest)

try {
  await writeFiles()
  for (const block of blocksOf(guide)) {
    const what = `${guide.path}:${block.line} ${block.info || linesOf(block)[0] || ""}`.slice(0, 110)
    await step(what, () => doBlock(block))
    token ||= await readFile(join(folder, "token"), "utf8").then(
      (text) => text.trim(),
      () => ""
    )
  }
  await step("an upgrade that callers do not notice", () => roll(next))
  await step("a way back that callers do not notice", () => roll(present))
  console.log(`ok   an operator's whole way: ${((performance.now() - begun) / 1000).toFixed(0)} s`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  const lines = await readFile(join(folder, "runners.log"), "utf8").catch(() => "")
  console.error(
    lines
      .split("\n")
      .filter((line) => /"level":"(WARN|ERROR|FATAL)"/.test(line) || (line !== "" && !line.startsWith("{")))
      .slice(-20)
      .join("\n")
  )
  process.exitCode = 1
} finally {
  clearTimeout(late)
  for (const started of running.toReversed()) await started.end("SIGKILL")
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await copy.remove()
  await rm(folder, { recursive: true, force: true })
}
