/// <reference path="./internal/world.d.ts" preserve="true" />
/**
 * Runs a built component in this process, without a sandbox.
 *
 * @module @alga-psa/ext-extension-sdk/instantiate
 */
import { readFile } from "node:fs/promises"
import { transpile } from "@bytecodealliance/jco"

/** A request, as a component takes it. */
export type ComponentRequest = World.ExecuteRequest

/** A response, as a component gives it. */
export type ComponentResponse = World.ExecuteResponse

/** The functions of the world's interfaces, by interface (`clients`) and name (`listClients`). */
export type WorldImports = Readonly<Record<string, Readonly<Record<string, (...args: never) => unknown>>>>

/** A component in this process. After a trap it answers nothing any more: make a new one. */
export interface InstantiatedComponent {
  readonly handler: (request: ComponentRequest) => ComponentResponse
}

/** Makes instances of one component, each with memory of its own. */
export type Instantiate = (imports?: WorldImports) => InstantiatedComponent

const { Module } = Reflect.get(globalThis, "WebAssembly") as { Module: new (bytes: Uint8Array) => object }

const unanswered = (name: string) => () => {
  throw new Error(`the component called ${name}, which this test does not answer: pass it as an import`)
}

const answering = (name: string, functions: Readonly<Record<string, unknown>> = {}): object =>
  new Proxy(functions, { get: (known, key) => known[String(key)] ?? unanswered(`${name} ${String(key)}`) })

/**
 * Loads a component into this Node process, for a test of what was built: no sandbox, no limits, no grants. Use it with
 * your own components only. An import fails with `{ payload: code }`, as it does under jco.
 *
 * @example
 * ```ts
 * import { loadComponent } from "@alga-psa/ext-extension-sdk/instantiate"
 *
 * const instantiate = await loadComponent("dist/main.wasm")
 * const { handler } = instantiate({ clients: { getClient: () => undefined } })
 * const absent = { requestId: undefined, installId: undefined, versionId: undefined }
 * const context = { tenantId: "tenant", extensionId: "extension", ...absent }
 * console.log(handler({ context, http: { method: "GET", url: "/", headers: [], body: undefined } }).status)
 * ```
 */
export const loadComponent = async (file: string | URL): Promise<Instantiate> => {
  const { files, imports } = await transpile(await readFile(file), {
    name: "component",
    instantiation: "sync",
    noTypescript: true,
    nodejsCompat: false
  })
  const source = Buffer.from(files["component.js"] ?? "").toString()
  const glue = Buffer.from(`${source}\n//# sourceURL=component.js`).toString("base64")
  const { instantiate } = await import(`data:text/javascript;base64,${glue}`)
  const modules = new Map<string, object>()
  const compile = (name: string): object => {
    const module = modules.get(name) ?? new Module(files[name] ?? new Uint8Array())
    modules.set(name, module)
    return module
  }
  return (given = {}) => {
    const interfaces = imports.map((name) => [name, answering(name, given[name.replace("alga:extension/", "")])])
    return instantiate(compile, Object.fromEntries(interfaces))
  }
}
