import { parse } from "@bytecodealliance/jco"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { memoriesOf } from "../src/internal/child/CoreMemory.ts"
import { checkGlue, checkMemories, checkWorld } from "../src/internal/host/rules.ts"

const handler = ["handler", "function"] as const
const header = "{name: string, value: string}"
const type = {
  takes: `{context: {extensionId: string, tenantId: string}, http: {body?: Uint8Array, headers: Array<${header}>, method: string, url: string}}`,
  gives: `{body?: Uint8Array, headers: Array<${header}>, status: number}`
}
const whole = { imports: [], exports: [handler], handler: type, unsafeName: null }

const withModules = async (...texts: ReadonlyArray<string>) => {
  const modules = await Promise.all(texts.map(async (text, i) => [`guest.core${i}.wasm`, await parse(text)] as const))
  const { memories, unboundable } = memoriesOf(modules)
  return { unboundable, files: modules.map(([name]) => ({ name, memories: memories.get(name) ?? [], state: null })) }
}

const outcome = <A>(check: Effect.Effect<A, { readonly reason: string; readonly message: string }>) =>
  Effect.match(check, {
    onFailure: ({ reason, message }) => `${reason}: ${message}`,
    onSuccess: () => "accepted"
  })

describe("checkGlue", () => {
  it.effect.each([
    { glueBytes: 4, told: "accepted" },
    { glueBytes: 3, told: "glue-too-large: its types take 4 bytes of generated JavaScript; the limit is 3" }
  ])("takes 4 bytes of JavaScript, where $glueBytes are allowed, as $told", ({ glueBytes, told }) =>
    Effect.gen(function* () {
      const files = [
        { name: "guest.js", bytes: new Uint8Array(4) },
        { name: "guest.core.wasm", bytes: new Uint8Array(100) }
      ]
      assert.strictEqual(yield* outcome(checkGlue({ files }, glueBytes)), told)
    })
  )
})

describe("checkWorld", () => {
  it.effect.each([
    { imports: [], told: "accepted" },
    { imports: ["alga:extension/clients", "alga:extension/types"], told: "accepted" },
    { imports: ["alga:extension/clients@1.0.0"], told: /^unknown-import: imports alga:extension\/clients@1\.0\.0,/ },
    { imports: ["alga:extension/files"], told: /^unknown-import: imports alga:extension\/files,/ },
    { imports: ["wasi:io/streams@0.2.3"], told: /^unknown-import: imports wasi:io\/streams@0\.2\.3,/ },
    { imports: ["a\u001b[2J\nb"], told: /^unknown-import: imports a\\u\{1b\}\[2J\\u\{a\}b, which/ },
    { imports: ["clients"], told: /^unknown-import: imports clients,/ }
  ])("takes imports of $imports as $told", ({ imports, told }) =>
    Effect.gen(function* () {
      const answer = yield* outcome(checkWorld({ ...whole, imports, exports: [handler, ["init", "function"]] }))
      if (typeof told === "string") assert.strictEqual(answer, told)
      else assert.match(answer, told)
    })
  )

  it.effect.each([
    { exports: [] },
    { exports: [["handler", "instance"] as const] },
    { exports: [["run", "function"] as const] }
  ])("refuses exports of $exports, which have no handler function", ({ exports }) =>
    Effect.gen(function* () {
      assert.match(yield* outcome(checkWorld({ ...whole, exports })), /^no-handler/)
    })
  )
})

describe("checkWorld, of the handler's type", () => {
  const request = (context: string, http: string) => `{context: {${context}}, http: {${http}}}`
  const http = `body?: Uint8Array, headers: Array<${header}>, method: string, url: string`

  it.effect.each([
    { takes: type.takes, gives: type.gives, told: "accepted" },
    { takes: request("tenantId: string", "method: string"), gives: type.gives, told: "accepted" },
    { takes: request("", ""), gives: type.gives, told: "accepted" },
    { takes: request("tenantId?: string", http), gives: type.gives, told: "wrong-export-type" },
    { takes: request("tenantId: string", "headers: Array<header>"), gives: type.gives, told: "wrong-export-type" },
    {
      takes: request("tenantId: string", "headers: Array<{name: string}>"),
      gives: type.gives,
      told: "wrong-export-type"
    },
    { takes: request("method: string", "tenantId: string"), gives: type.gives, told: "wrong-export-type" },
    { takes: "{http: {}, context: {}}", gives: type.gives, told: "wrong-export-type" },
    { takes: request("tenantId: number", http), gives: type.gives, told: "wrong-export-type" },
    { takes: request("tenantId: string, other: string", http), gives: type.gives, told: "wrong-export-type" },
    { takes: "", gives: type.gives, told: "wrong-export-type" },
    { takes: `${type.takes}, string`, gives: type.gives, told: "wrong-export-type" },
    { takes: type.takes, gives: "{status: number}", told: "wrong-export-type" },
    { takes: type.takes, gives: `Promise<${type.gives}>`, told: "wrong-export-type" }
  ])("takes ($takes) -> $gives as $told", ({ gives, takes, told }) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* outcome(checkWorld({ ...whole, handler: { takes, gives } }))).split(":")[0], told)
    })
  )

  it.effect("refuses a name that could be code, and shows it without its line breaks", () =>
    Effect.gen(function* () {
      const told = yield* outcome(checkWorld({ ...whole, unsafeName: "');\nrun('" }))
      assert.strictEqual(told, "unsafe-name: a core module uses the name \"');\\nrun('\"")
    })
  )
})

describe("checkMemories", () => {
  it.effect.each([
    { modules: ["(module (memory 1))", "(module)"], told: /^accepted$/ },
    { modules: ["(module (memory 1 1 shared))"], told: /^memory: .*shared/ },
    { modules: ["(module (memory i64 1))"], told: /^memory: .*64-bit/ },
    { modules: ["(module (memory 8192))"], told: /^accepted$/ },
    { modules: ["(module (memory 8192))", "(module (memory 1))"], told: /^memory: starts with 8193 pages/ },
    { modules: new Array<string>(8).fill("(module (memory 1))"), told: /^accepted$/ },
    { modules: new Array<string>(9).fill("(module (memory 1))"), told: /^memory: defines 9 memories/ }
  ])("takes core modules $modules as $told", ({ modules, told }) =>
    Effect.gen(function* () {
      const transpiled = yield* Effect.promise(() => withModules(...modules))
      assert.match(yield* outcome(checkMemories(transpiled)), told)
    })
  )
})
