import { join } from "node:path"
import { prepareComponent } from "@alga-psa/ext-extension-sdk/build"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { checkSources } from "../src/CheckSources.ts"
import { findingLine } from "../src/Finding.ts"
import { extensionFolder } from "./support/ExtensionFolder.ts"

const start = 'import { defineHandler, jsonResponse } from "@alga-psa/ext-extension-sdk"\n'
const handler = (body: string, before = "") =>
  `${start}${before}export const handle = defineHandler(async (request, host) => {\n${body}\n})\n`

const options = {
  strict: true,
  target: "es2024",
  lib: ["es2024"],
  module: "esnext",
  moduleResolution: "bundler",
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  types: ["@alga-psa/ext-extension-sdk/globals"]
}
const settings = (more: object = {}, include: ReadonlyArray<string> = ["src", "test"]) =>
  JSON.stringify({ compilerOptions: { ...options, ...more }, include })

const linesOf = Effect.fnUntraced(function* (files: Readonly<Record<string, string>>, types = true) {
  const folder = yield* extensionFolder(files)
  const entry = join(folder, "src/component.ts")
  const whole = yield* Effect.promise(() => prepareComponent({ entry }))
  const sources = { folder, entry, capabilities: [], named: [], types }
  const { findings } = yield* Effect.promise(() => checkSources(sources, whole))
  return findings
    .filter(({ code }) => !code.startsWith("capability"))
    .map((one) => `${one.severity} ${findingLine(one)}`)
})

const everyGlobal = `
const url = new URL("https://a.example/?b=1")
const controller = new AbortController()
console.table([url.searchParams.get("b")])
const answer = await fetch(url, { headers: new Headers({ a: "b" }), signal: controller.signal })
const copy = structuredClone(new Map([["a", 1]]))
const timer = setInterval(() => clearInterval(timer), 5)
setTimeout(() => controller.abort(), 1)
queueMicrotask(() => performance.now())
const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(btoa("é")))
crypto.getRandomValues(new Uint8Array(4))
new EventTarget().addEventListener("a", (event) => console.log(event.type))
return jsonResponse([await answer.json(), copy.get("a"), new Uint8Array(hash).toHex(), crypto.randomUUID()])`

describe("what is wrong with types", () => {
  it.live("is judged by the author's own settings", () =>
    Effect.gen(function* () {
      const unused = handler("const one = 1\nreturn jsonResponse(1)")
      const strict = yield* linesOf({ "src/handler.ts": unused, "tsconfig.json": settings({ noUnusedLocals: true }) })
      assert.lengthOf(strict, 1)
      assert.match(strict[0] ?? "", /^error src\/handler\.ts:3:7: 'one' is declared but its value is never read/)
    })
  )

  it.live("is an error in what is built, a note in tests, and nothing where types are left out", () =>
    Effect.gen(function* () {
      const files = {
        "src/handler.ts": handler('const one: number = "é"; return jsonResponse(one.lenght)'),
        "test/handler.test.ts": "export const two: string = 2\n",
        "tsconfig.json": settings()
      }
      const lines = yield* linesOf(files)
      assert.deepEqual(
        lines.map((line) => line.replace(/: .*/, "")),
        ["error src/handler.ts:3:7", "error src/handler.ts:3:50", "note test/handler.test.ts:1:14"]
      )
      assert.deepEqual(yield* linesOf(files, false), [])
    })
  )

  it.live("is looked for where the settings leave the entry out, or are not there, and in a page by a browser's", () =>
    Effect.gen(function* () {
      const wrong = {
        "src/handler.ts": handler("return jsonResponse(host.clint)"),
        "ui/src/main.ts": 'import "./page.css"\ndocument.title = 5\n',
        "ui/src/page.css": "a {}\n"
      }
      for (const files of [wrong, { ...wrong, "tsconfig.json": settings({}, ["test"]) }]) {
        const lines = (yield* linesOf(files)).filter((line) => line.startsWith("error"))
        assert.lengthOf(lines, 2)
        assert.match(lines[0] ?? "", /^error src\/handler\.ts:3:26: Property 'clint' does not exist/)
        assert.match(lines[1] ?? "", /^error ui\/src\/main\.ts:2:1: Type/)
      }
      const script = { "src/handler.js": "export const handle = (request) => request.lenght.x\n" }
      const shell = 'import { handle } from "./handler.js"\nexport const handler = handle\n'
      assert.deepEqual(yield* linesOf({ ...script, "src/component.ts": shell }), [])
    })
  )
})

describe("a name that no component has", () => {
  it.live("is an error in own files, in every kind of source, and a note for a package", () =>
    Effect.gen(function* () {
      const lines = yield* linesOf({
        "src/handler.ts": handler(
          "return jsonResponse([one, two, three])",
          'import { one } from "./one.tsx"\nimport { two } from "./two.mjs"\nimport { three } from "../lib/node_modules/three/index.js"\n'
        ),
        "src/one.tsx": "export const one = () => Buffer.from('a')\n",
        "src/two.mjs": "export const two = () => process.env\n",
        "lib/node_modules/three/index.d.ts": "export declare const three: () => unknown\n",
        "lib/node_modules/three/index.js": "export const three = () => [Intl, Intl, typeof WebSocket]\n"
      })
      assert.deepEqual(
        lines.map((line) => line.replace(/: use .*/, "")),
        [
          "note lib/node_modules/three/index.js:1:29: an extension has no Intl: make sure that this code does not run, or use another package",
          "error src/one.tsx:1:26: an extension has no Buffer",
          "error src/two.mjs:1:26: an extension has no process"
        ]
      )
    })
  )

  it.live(
    "is no finding where the code that uses it is dropped, or provides it, nor is one that every component has",
    () =>
      Effect.gen(function* () {
        const dropped = { "src/one.ts": "export const one = 1\nexport const two = () => new Worker('a')\n" }
        const source = handler(`const unused = one\n${everyGlobal}`, 'import { one } from "./one.ts"\n')
        assert.deepEqual(yield* linesOf({ ...dropped, "src/handler.ts": source, "tsconfig.json": settings() }), [])
        const provided =
          "Object.assign(globalThis, {})\n;(globalThis as any).Buffer = { from: String }\ndeclare const Buffer: any\n"
        assert.deepEqual(
          yield* linesOf({ "src/handler.ts": handler("return jsonResponse(Buffer.from('a'))", provided) }),
          []
        )
      })
  )
})
