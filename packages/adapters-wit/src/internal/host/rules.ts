import { Effect } from "effect"
import { ComponentRefused } from "../../ComponentRefused.ts"
import { foreignText } from "../../ForeignText.ts"
import { knownImports } from "../../KnownWorld.ts"
import { totalMinimum } from "./memoryPlan.ts"
import type { CoreMemory, ModuleState, TranspiledComponent } from "./transpile.ts"

/** A core module and the memories that it defines. */
export interface CheckedModule {
  readonly name: string
  readonly memories: ReadonlyArray<CoreMemory>
  readonly state: ModuleState | null
}

const preamble = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]
const maxMemories = 8
const mostPages = 512 * 16

const refused = (reason: ComponentRefused["reason"], message: string) =>
  Effect.fail(new ComponentRefused({ reason, message }))

/** Refuses what is too large or does not start like a component. */
export const checkBytes = (bytes: Uint8Array, maxBytes: number): Effect.Effect<void, ComponentRefused> => {
  if (bytes.byteLength > maxBytes) {
    return refused("too-large", `the component has ${bytes.byteLength} bytes; the limit is ${maxBytes}`)
  }
  return preamble.every((byte, i) => bytes[i] === byte)
    ? Effect.void
    : refused("not-a-component", "not a WebAssembly component")
}

/** Refuses a component for which more JavaScript was generated than every process that runs it should parse. */
export const checkGlue = (
  { files }: { readonly files: ReadonlyArray<{ readonly name: string; readonly bytes: Uint8Array }> },
  maxBytes: number
): Effect.Effect<void, ComponentRefused> => {
  const bytes = files.reduce((sum, file) => (file.name.endsWith(".js") ? sum + file.bytes.byteLength : sum), 0)
  return bytes > maxBytes
    ? refused("glue-too-large", `its types take ${bytes} bytes of generated JavaScript; the limit is ${maxBytes}`)
    : Effect.void
}

const longestName = 200
const shown = (text: string): string => foreignText(JSON.stringify(text.slice(0, longestName)), longestName)

const header = "{name: string, value: string}"
const responseType = `{body?: Uint8Array, headers: Array<${header}>, status: number}`
const requestType = /^\{context: \{(.*)\}, http: \{(.*)\}\}$/
const contextFields = [
  "extensionId: string",
  "installId?: string",
  "requestId?: string",
  "tenantId: string",
  "versionId?: string"
]
const httpFields = ["body?: Uint8Array", `headers: Array<${header}>`, "method: string", "url: string"]

/** The commas between the fields of a record, not those within the records that it holds. */
const betweenFields = /, (?![^{]*\})/

const isPart = (record: string, fields: ReadonlyArray<string>): boolean =>
  record === "" || record.split(betweenFields).every((field) => fields.includes(field))

/** Whether it is the world's request. A component of an older world may know fewer of its fields. */
const isRequest = (type: string): boolean => {
  const [, context, http] = requestType.exec(type) ?? []
  return context !== undefined && http !== undefined && isPart(context, contextFields) && isPart(http, httpFields)
}

/**
 * Refuses names that could be code in the glue, imports from outside the world, and a component without a handler of the
 * world's type.
 */
export const checkWorld = ({
  exports,
  handler,
  imports,
  unsafeName
}: Pick<TranspiledComponent, "imports" | "exports" | "handler" | "unsafeName">): Effect.Effect<
  void,
  ComponentRefused
> => {
  if (unsafeName !== null) return refused("unsafe-name", `a core module uses the name ${shown(unsafeName)}`)
  const unknown = imports.find((name) => !knownImports.has(name))
  if (unknown !== undefined) {
    return refused("unknown-import", `imports ${foreignText(unknown, longestName)}, which this host does not offer`)
  }
  if (!exports.some(([name, kind]) => name === "handler" && kind === "function")) {
    return refused("no-handler", "does not export the function handler")
  }
  return handler !== null && isRequest(handler.takes) && handler.gives === responseType
    ? Effect.void
    : refused("wrong-export-type", "handler must be func(request: execute-request) -> execute-response")
}

/** The core modules' memories; refuses what cannot be bounded. */
export const checkMemories = ({
  files,
  unboundable
}: Pick<TranspiledComponent, "unboundable"> & {
  readonly files: ReadonlyArray<CheckedModule>
}): Effect.Effect<ReadonlyArray<CheckedModule>, ComponentRefused> => {
  if (unboundable !== null) return refused("memory", foreignText(unboundable))
  const modules = files
    .filter(({ name }) => name.endsWith(".wasm"))
    .map(({ memories, name, state }) => ({ name, memories, state }))
  const count = modules.reduce((sum, { memories }) => sum + memories.length, 0)
  if (count > maxMemories) return refused("memory", `defines ${count} memories; at most ${maxMemories} can run`)
  return totalMinimum(modules) > mostPages
    ? refused("memory", `starts with ${totalMinimum(modules)} pages; at most ${mostPages} can run`)
    : Effect.succeed(modules)
}
