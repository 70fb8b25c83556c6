import { join } from "node:path"
import { prepareComponent } from "@alga-psa/ext-extension-sdk/build"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { analyseSources } from "../src/AnalyseSources.ts"
import { extensionFolder } from "./support/ExtensionFolder.ts"

const sdk = '"@alga-psa/ext-extension-sdk"'
const types = `import { type HostBindings, type Handler, host, callProxyJson } from ${sdk}\n`

/** Each is a module of its own that exports `run`; what it uses is known by its types. */
const followed: Readonly<Record<string, readonly [source: string, names: ReadonlyArray<string>]>> = {
  helper: ["export const run = (given: HostBindings) => given.clients.list()", ["host.clients"]],
  "quoted-key": ['export const run = ({ "services": s }: HostBindings) => s.list()', ["host.services"]],
  "class-field": [
    "class Reader {\n  #host: HostBindings\n  constructor(given: HostBindings) { this.#host = given }\n  read() { return this.#host.storage.list('a') }\n}\nexport const run = (given: HostBindings) => new Reader(given).read()",
    ["host.storage"]
  ],
  "bound-method": [
    "class Reader {\n  constructor(readonly given: HostBindings) {}\n  read(): unknown { return this.given.user.getUser() }\n}\nconst reader = new Reader(host)\nexport const run = reader.read.bind(reader)",
    ["host.user"]
  ],
  closure: [
    "const make = (given: HostBindings) => () => given.secrets.list()\nexport const run = () => make(host)()",
    ["host.secrets"]
  ],
  "a-part-handed-on": [
    "const part = (given: HostBindings) => given.uiProxy\nexport const run = (given: HostBindings) => callProxyJson(part(given), '/r')",
    ["host.uiProxy"]
  ],
  constrained: [
    'export const run = <H extends Pick<HostBindings, "invoicing">>(given: H) => given.invoicing.createManualInvoice',
    ["host.invoicing"]
  ],
  "in-a-map": [
    "const all = new Map([['a', host]])\nexport const run = async () => (await Promise.all([all.get('a')]))[0]?.services.list()",
    ["host.services"]
  ],
  "in-a-list": ["const all = [host]\nexport const run = () => all[0]?.http.fetch", ["host.http"]],
  awaited: [
    "const later = async (): Promise<HostBindings> => host\nexport const run = async () => (await later()).scheduler.list()",
    ["host.scheduler"]
  ],
  "by-default": ["export const run = (given = host) => given.context.get()", ["host.context"]],
  "in-a-field": [
    "const deps = { inner: { host } }\nexport const run = ({ inner: { host: { logging } } } = deps) => logging.info('a')",
    ["host.logging"]
  ],
  either: ["export const run = (given?: HostBindings) => (given ?? host).clients.get('a')", ["host.clients"]],
  "by-namespace": [
    `import * as all from ${sdk}\nexport const run = () => all.host.services.get('a')`,
    ["host.services"]
  ],
  renamed: ['import { mine } from "./reexported.ts"\nexport const run = () => mine.secrets.get("a")', ["host.secrets"]]
}

/** Each lets the host go on to where its types do not follow, in the line that has `!` before it. */
const lost: Readonly<Record<string, string>> = {
  "nested-in-any": "!export const run = () => JSON.stringify({ deps: { host } })",
  "old-assertion": "!export const run = () => (<any>host).clients.list()",
  "any-type":
    "const pick = <T, K extends keyof T>(of: T, key: K) => of[key]\n!export const run = () => pick(host, 'clients')",
  "generic-field": "class Box<T> { constructor(readonly value: T) {} }\n!export const run = () => new Box(host)",
  "computed-key":
    "const key = 'clients' as string as 'clients'\n!export const run = ({ [key]: part }: HostBindings) => part",
  "parameter-any": "!export const run: Handler = (_, given: any) => given.storage.list('a')",
  "function-any":
    "const loose = (_: unknown, given: any) => given.storage.list('a')\n!export const run: { handle: Handler } = { handle: loose }",
  thrown: "!export const run = () => { throw host }",
  "kept-globally": "!export const run = () => { (globalThis as any).saved = host }",
  "an-instance":
    "class Reader { constructor(readonly given: HostBindings) {} }\nconst register = (value: unknown) => value\n!export const run = () => register(new Reader(host))",
  "assigned-apart": "let clients\n!export const run = () => { ({ clients } = host); return clients }",
  "each-key":
    "!export const run = () => { const all = []; for (const key in host) all.push(host[key as 'user']); return all }",
  reflected: "!export const run = (key: string) => Reflect.get(host, key)",
  proxied: "!export const run = () => new Proxy(host, {})",
  "a-loose-value": "const loose: any = JSON.parse('{}')\n!export const run = (key: string) => loose[key]",
  "mixed-return":
    "const either = (flag: boolean) => { if (flag) return JSON.parse('{}'); !\nreturn host }\nexport const run = () => either(true)",
  "other-shape":
    "const read = (of: { clients: { list(): unknown } }) => of.clients.list()\n!export const run = () => read(host)"
}

const usageOf = Effect.fnUntraced(function* (files: Readonly<Record<string, string>>) {
  const folder = yield* extensionFolder(files)
  const entry = join(folder, "src/component.ts")
  const { bundle } = yield* Effect.promise(() => prepareComponent({ entry }))
  return yield* Effect.promise(async () => (await analyseSources(folder, entry, bundle, { types: false })).usage)
})

const modulesOf = (sources: Readonly<Record<string, string>>) => {
  const names = Object.keys(sources)
  const files = Object.entries(sources).map(([name, source]) => [`src/${name}.ts`, `${types}${source}\n`])
  return {
    ...Object.fromEntries(files),
    "src/component.ts": `${names.map((name, at) => `import { run as run${at} } from "./${name}.ts"`).join("\n")}\nexport const handler = () => ({ status: 200, headers: [], all: [${names.map((_, at) => `run${at}`).join()}].length })\n`
  }
}

const of = <A extends { readonly file: string }>(all: ReadonlyArray<A>, name: string) =>
  all.filter(({ file }) => file === `src/${name}.ts`)

describe("the host, followed by its types", () => {
  it.live("is found wherever it goes with them, and nothing hides what is used", () =>
    Effect.gen(function* () {
      const sources = Object.fromEntries(Object.entries(followed).map(([name, [source]]) => [name, source]))
      const usage = yield* usageOf({
        ...modulesOf(sources),
        "src/reexported.ts": `export { host as mine } from ${sdk}\n`
      })
      assert.deepEqual(usage.escapes, [])
      const found = Object.keys(followed).map((name) => [
        name,
        [...new Set(of(usage.uses, name).map(({ written }) => written))]
      ])
      assert.deepEqual(
        found,
        Object.entries(followed).map(([name, [, names]]) => [name, names])
      )
    })
  )

  it.live("is lost where they do not follow, and the place is named", () =>
    Effect.gen(function* () {
      const sources = Object.fromEntries(Object.entries(lost).map(([name, source]) => [name, source.replace("!", "")]))
      const { escapes } = yield* usageOf(modulesOf(sources))
      const lines = Object.keys(lost).map((name) => [name, [...new Set(of(escapes, name).map(({ line }) => line))]])
      const marked = Object.entries(lost).map(([name, source]) => [
        name,
        [source.slice(0, source.indexOf("!")).split("\n").length + 1 + (name === "mixed-return" ? 1 : 0)]
      ])
      assert.deepEqual(lines, marked)
    })
  )

  it.live(
    "is seen in a handler with JSX in its file's name, and hidden by a module that TypeScript does not read",
    () =>
      Effect.gen(function* () {
        const handler = `import { defineHandler, jsonResponse } from ${sdk}\nexport const handle = defineHandler(async (_, host) => jsonResponse(await host.clients.list()))\n`
        const shell = 'import { serve } from "@alga-psa/ext-extension-sdk/component"\n'
        const seen = yield* usageOf({
          "src/component.ts": `${shell}import { handle } from "./handler.tsx"\nexport const handler = serve(handle)\n`,
          "src/handler.tsx": handler
        })
        assert.deepEqual(
          [seen.uses.map(({ file, written }) => `${file} ${written}`), seen.escapes],
          [["src/handler.tsx host.clients"], []]
        )
        const hidden = yield* usageOf({
          "src/component.ts": `${shell}// @ts-ignore\nimport { handle } from "#handle"\nexport const handler = serve(handle)\n`,
          "src/tsconfig.json": '{"compilerOptions":{"paths":{"#handle":["./handle.js"]}}}',
          "src/handle.js": handler
        })
        assert.deepEqual(hidden.uses, [])
        assert.deepEqual(
          hidden.escapes.map(({ file, why }) => `${file} ${why}`),
          [
            "src/handle.js TypeScript does not read this file",
            "src/component.ts the handler's second parameter has no type"
          ]
        )
      })
  )

  it.live("is hidden by a library that comes by it on its own", () =>
    Effect.gen(function* () {
      const { escapes } = yield* usageOf({
        "src/component.ts": 'import { run } from "../lib/index.js"\nexport const handler = () => run()\n',
        "lib/index.d.ts": "export declare const run: () => unknown\n",
        "lib/index.js": `import { host } from ${sdk}\nexport const run = () => host.storage\n`
      })
      assert.deepEqual(
        escapes.map(({ file, why }) => `${file} ${why}`),
        ["lib/index.js a library that TypeScript does not read imports code that has the host"]
      )
    })
  )
})
