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

const handler = (body: string, rest = "") =>
  `${start}${rest}export const handle = defineHandler(async (request, host) => {\n${body}\n})\n`

/** A component that has the handlers of these files of `src`, and what they import. */
const componentOf = (handlers: Readonly<Record<string, string>>) => {
  const names = Object.keys(handlers)
  const lines = names.map(
    (name, at) => `import { handle as handle${at} } from "./${name}"\nexport const handler${at} = serve(handle${at})\n`
  )
  const serves = 'import { serve } from "@alga-psa/ext-extension-sdk/component"\n'
  return {
    ...Object.fromEntries(names.map((name) => [`src/${name}`, handlers[name] ?? ""])),
    "src/component.ts": `${serves}${lines.join("")}export const handler = handler0\n`
  }
}

/** What handlers with these bodies ask of their host, each in a file of its own of one component. */
const usagesOf = Effect.fnUntraced(function* (bodies: ReadonlyArray<string>) {
  const handlers = bodies.map((body, at) => [`handler${at}.ts`, handler(body)])
  const { escapes, uses } = yield* usageOf(componentOf(Object.fromEntries(handlers)))
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

  it.live(
    "is seen in other files, in packages and by a library's types, of the published runtime and of the world itself, and not where the bundle drops it",
    () =>
      Effect.gen(function* () {
        const help = "export const help = async (host) => host.clients.list()\n"
        const typed = (type: string) =>
          `import type { HostBindings } ${sdk}export declare const help: (host: ${type}) => Promise<unknown>\n`
        const usage = yield* usageOf({
          ...componentOf({
            "follow.ts": handler(
              "const all = new Map([['a', (inner: HostBindings) => inner.invoicing]])\nreturn jsonResponse([await read(host), await new Reader(host).run(), all.get('a')?.(host)])",
              'import { read, Reader } from "./reads.ts"\n'
            ),
            "half.ts": handler("return jsonResponse(await clients(host))", 'import { clients } from "./halves.ts"\n'),
            "published.ts":
              'import { type Handler, jsonResponse } from "@alga-psa/extension-runtime"\nexport const handle: Handler = async (_request, host) => jsonResponse(await host.secrets.get("a"))\n',
            "fetching.ts": handler(
              "return jsonResponse(String(await get('https://a.example/')))",
              'import { get } from "../lib/index.js"\n'
            ),
            "narrow.ts": handler("return jsonResponse(await help(host))", 'import { help } from "../lib/narrow.js"\n'),
            "wide.ts": handler("return jsonResponse(await help(host))", 'import { help } from "../lib/wide.js"\n'),
            "direct.ts":
              'import { listClients } from "alga:extension/clients"\nexport const handle = (): never => listClients({}) as never\n'
          }),
          "src/reads.ts": `import type { HostBindings } ${sdk}export const read = ({ clients }: Pick<HostBindings, "clients">) => clients.list()\nexport class Reader {\n  constructor(readonly host: HostBindings) {}\n  run() { return this.host.services.list() }\n}\n`,
          "src/halves.ts": `import type { HostBindings } ${sdk}export const clients = (host: HostBindings) => host.clients.list()\nexport const services = (host: HostBindings) => host.services.list()\n`,
          "lib/index.js":
            "export const get = (url) => fetch(url)\nexport const post = (url) => fetch(url, { method: 'POST' })\n",
          "lib/narrow.d.ts": typed('Pick<HostBindings, "clients">'),
          "lib/narrow.js": help,
          "lib/wide.d.ts": typed("HostBindings"),
          "lib/wide.js": help
        })
        assert.deepEqual(usage.uses, [
          "lib/index.js:1:29 fetch",
          "src/direct.ts:1:1 alga:extension/clients",
          "src/follow.ts:4:53 host.invoicing",
          "src/halves.ts:2:48 host.clients",
          "src/narrow.ts:4:32 host.clients",
          "src/published.ts:2:77 host.secrets",
          "src/reads.ts:2:24 host.clients",
          "src/reads.ts:5:18 host.services"
        ])
        assert.deepEqual(usage.escapes, [
          "src/wide.ts:4 the whole host is handed to a library, which may use any of it"
        ])
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
})
