import { mkdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { prepareComponent } from "@alga-psa/ext-extension-sdk/build"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { analyseSources } from "../src/AnalyseSources.ts"
import { extensionFolder, shell } from "./support/ExtensionFolder.ts"

const sdk = 'from "@alga-psa/ext-extension-sdk"\n'
const start = `import { defineHandler, jsonResponse, type HostBindings } ${sdk}`

const usageOf = Effect.fnUntraced(function* (files: Readonly<Record<string, string>>) {
  const folder = yield* extensionFolder(files)
  const entry = join(folder, "src/component.ts")
  const { bundle } = yield* Effect.promise(() => prepareComponent({ entry }))
  const { escapes, uses } = yield* Effect.promise(
    async () => (await analyseSources(folder, entry, bundle, { types: false })).usage
  )
  return {
    uses: uses.map(({ column, file, line, written }) => `${file}:${line}:${column} ${written}`).sort(),
    names: [...new Set(uses.map(({ written }) => written))].sort(),
    escapes: escapes.map(({ file, line, why }) => `${file}:${line} ${why}`)
  }
})

const handler = (body: string, rest = "") => ({
  "src/handler.ts": `${start}${rest}export const handle = defineHandler(async (request, host) => {\n${body}\n})\n`
})

/** What handlers with these bodies ask of their host, each in a file of its own of one component. */
const usagesOf = Effect.fnUntraced(function* (bodies: ReadonlyArray<string>) {
  const files = bodies.map((body, at) => [`src/handler${at}.ts`, handler(body)["src/handler.ts"]])
  const entry = bodies.map(
    (_, at) =>
      `import { handle as handle${at} } from "./handler${at}.ts"\nexport const handler${at} = serve(handle${at})\n`
  )
  const serves = 'import { serve } from "@alga-psa/ext-extension-sdk/component"\n'
  const component = `${serves}${entry.join("")}export const handler = handler0\n`
  const { escapes, uses } = yield* usageOf({ ...Object.fromEntries(files), "src/component.ts": component })
  const from = (all: ReadonlyArray<string>, at: number) => all.filter((one) => one.startsWith(`src/handler${at}.ts:`))
  return bodies.map((_, at) => ({
    names: [...new Set(from(uses, at).map((use) => use.replace(/^\S+ /, "")))].sort(),
    escapes: from(escapes, at)
  }))
})

const seen = {
  "a call": ["return jsonResponse(await host.clients.list())", ["host.clients"]],
  "a request's own http, which is no use of host.http": ["return jsonResponse(request.http.url)", []],
  "a name in a text or of another object": ['return jsonResponse({ clients: "host.services" }.clients)', []],
  "a variable": ["const mine = host\nreturn jsonResponse(await mine.services.get('x'))", ["host.services"]],
  "a part in a variable": ["const { list } = host.clients\nreturn jsonResponse(await list())", ["host.clients"]],
  destructuring: ["const { storage: s } = host\nreturn jsonResponse(await s.list('a'))", ["host.storage"]],
  "a rest": [
    "const { clients, ...rest } = host\nreturn jsonResponse([clients, rest.secrets])",
    ["host.clients", "host.secrets"]
  ],
  "a quoted name": ['return jsonResponse(await host["services"].list())', ["host.services"]],
  "an optional chain": ["return jsonResponse(await host?.uiProxy?.callRoute('/'))", ["host.uiProxy"]],
  "a question what is granted, which asks nothing of the world": [
    "const { granted } = host\nreturn jsonResponse([granted('cap:client.read'), host.granted('cap:service.read')])",
    []
  ],
  "a spread copy": ["const copy = { ...host }\nreturn jsonResponse(await copy.scheduler.list())", ["host.scheduler"]],
  "a call of fetch": ["return jsonResponse((await fetch('https://a.example/')).status)", ["fetch"]],
  "fetch as it is handed on": ["const send = globalThis.fetch\nreturn jsonResponse(String(send))", ["fetch"]],
  "no use in asking whether fetch is there": ["return jsonResponse([typeof fetch, typeof globalThis.fetch])", []],
  "no use in a variable of that name": ["const fetch = () => 1\nreturn jsonResponse(fetch())", []],
  "no use in the classes of fetch": ["return jsonResponse(new Headers({ a: 'b' }).get('a'))", []]
} as const

const lost = {
  "to any": ["const loose = host as any\nreturn jsonResponse(loose.clients)", 3],
  "to a function without types": ["return jsonResponse(Object.keys(host))", 3],
  "by a name at run time": ["const key = request.http.method as 'user'\nreturn jsonResponse(host[key])", 4]
} as const

describe("what a component asks of its host", () => {
  it.live("is seen where the code uses it, and nowhere else", () =>
    Effect.gen(function* () {
      const usages = yield* usagesOf(Object.values(seen).map(([body]) => body))
      for (const [at, [what, [, names]]] of Object.entries(seen).entries()) {
        assert.deepEqual(usages[at], { names: [...names], escapes: [] }, what)
      }
    })
  )

  it.live("is not all known where the host goes on without its type, and the place is named", () =>
    Effect.gen(function* () {
      const usages = yield* usagesOf(Object.values(lost).map(([body]) => body))
      for (const [at, [how, [, line]]] of Object.entries(lost).entries()) {
        const escapes = usages[at]?.escapes ?? []
        assert.lengthOf(escapes, 1, how)
        assert.include(escapes[0], `src/handler${at}.ts:${line} `)
      }
    })
  )

  it.live("follows the host into other files, narrowed types, parameters and closures, with their places", () =>
    Effect.gen(function* () {
      const usage = yield* usageOf({
        "src/reads.ts": `import type { HostBindings } ${sdk}export const read = ({ clients }: Pick<HostBindings, "clients">) => clients.list()\nexport class Reader {\n  constructor(readonly host: HostBindings) {}\n  run() { return this.host.services.list() }\n}\n`,
        ...handler(
          "const all = new Map([['a', (inner: HostBindings) => inner.invoicing]])\nreturn jsonResponse([await read(host), await new Reader(host).run(), all.get('a')?.(host)])",
          'import { read, Reader } from "./reads.ts"\n'
        )
      })
      assert.deepEqual(usage.uses, [
        "src/handler.ts:4:53 host.invoicing",
        "src/reads.ts:2:24 host.clients",
        "src/reads.ts:5:18 host.services"
      ])
      assert.deepEqual(usage.escapes, [])
    })
  )

  it.live("leaves out what the bundle drops", () =>
    Effect.gen(function* () {
      const usage = yield* usageOf({
        "src/reads.ts": `import type { HostBindings } ${sdk}export const clients = (host: HostBindings) => host.clients.list()\nexport const services = (host: HostBindings) => host.services.list()\n`,
        ...handler("return jsonResponse(await clients(host))", 'import { clients } from "./reads.ts"\n')
      })
      assert.deepEqual(usage.uses, ["src/reads.ts:2:48 host.clients"])
    })
  )

  it.live("sees a handler that is typed by the published runtime, and the world imported directly", () =>
    Effect.gen(function* () {
      const published = yield* usageOf({
        "src/handler.ts":
          'import { type Handler, jsonResponse } from "@alga-psa/extension-runtime"\nexport const handle: Handler = async (_request, host) => jsonResponse(await host.secrets.get("a"))\n'
      })
      assert.deepEqual(published.names, ["host.secrets"])
      const direct = yield* usageOf({
        "src/component.ts":
          'import { listClients } from "alga:extension/clients"\nexport const handler = () => listClients({})\n'
      })
      assert.deepEqual(direct.uses, ["src/component.ts:1:1 alga:extension/clients"])
    })
  )

  it.live("sees fetch in a package, at its place, and leaves out what the bundle drops of it", () =>
    Effect.gen(function* () {
      const usage = yield* usageOf({
        "lib/index.js":
          "export const get = (url) => fetch(url)\nexport const post = (url) => fetch(url, { method: 'POST' })\n",
        ...handler(
          "return jsonResponse(String(await get('https://a.example/')))",
          'import { get } from "../lib/index.js"\n'
        )
      })
      assert.deepEqual(usage.uses, ["lib/index.js:1:29 fetch"])
    })
  )

  it.live(
    "says so of a handler in JavaScript without types, and sees through one that is defined with defineHandler",
    () =>
      Effect.gen(function* () {
        const component = shell.replace("handler.ts", "handler.js")
        const loose = yield* usageOf({
          "src/component.ts": component,
          "src/handler.js": "export const handle = (request, host) => host.clients.list()\n"
        })
        assert.deepEqual(loose.escapes, ["src/component.ts:3 the handler's second parameter has no type"])
        const typed = yield* usageOf({
          "src/component.ts": component,
          "src/handler.js": `import { defineHandler } ${sdk}export const handle = defineHandler((_, host) => host.clients.list())\n`
        })
        assert.deepEqual([typed.names, typed.escapes], [["host.clients"], []])
      })
  )

  it.live(
    "counts what a package imports of the world whose name begins as the SDK's does, and not the SDK's own imports",
    () =>
      Effect.gen(function* () {
        const folder = yield* extensionFolder({ "src/component.ts": "export const handler = () => {}\n" })
        const packages = join(folder, "node_modules/@alga-psa")
        yield* Effect.promise(async () => {
          await rm(join(folder, "node_modules"))
          await mkdir(join(packages, "ext-extension-sdk"), { recursive: true })
          await writeFile(join(packages, "ext-extension-sdk/package.json"), '{"name":"@alga-psa/ext-extension-sdk"}')
        })
        const modules = ["ext-extension-sdk", "ext-extension-sdk-extra", "ext-extension-sdk.js"].map((name, at) => ({
          file: join(packages, name, "index.js"),
          worldImports: [["services", "clients", "storage"][at] ?? ""],
          imports: [],
          bytes: 0
        }))
        const bundle = {
          script: "",
          readable: "",
          needs: [],
          sourceMap: '{"sources":[],"mappings":""}',
          interfaces: [],
          modules,
          globals: []
        }
        const entry = join(folder, "src/component.ts")
        const { uses } = yield* Effect.promise(
          async () => (await analyseSources(folder, entry, bundle, { types: false })).usage
        )
        assert.deepEqual(
          uses.map(({ written }) => written),
          ["alga:extension/clients", "alga:extension/storage"]
        )
      })
  )

  it.live("takes the types of a library for what it does with the host", () =>
    Effect.gen(function* () {
      const library = (type: string) => ({
        "lib/index.d.ts": `import type { HostBindings } ${sdk}export declare const help: (host: ${type}) => Promise<unknown>\n`,
        "lib/index.js": "export const help = async (host) => host.clients.list()\n",
        ...handler("return jsonResponse(await help(host))", 'import { help } from "../lib/index.js"\n')
      })
      const narrow = yield* usageOf(library('Pick<HostBindings, "clients">'))
      assert.deepEqual([narrow.names, narrow.escapes], [["host.clients"], []])
      const whole = yield* usageOf(library("HostBindings"))
      assert.deepEqual(whole.escapes, [
        "src/handler.ts:4 the whole host is handed to a library, which may use any of it"
      ])
    })
  )
})
