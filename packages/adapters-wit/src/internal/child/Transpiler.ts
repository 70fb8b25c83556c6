import { Buffer } from "node:buffer"
import { registerHooks } from "node:module"
import { forbiddenCanonical } from "./core/CanonicalFunctions.ts"
import { leastGlueBytes } from "./core/GlueSize.ts"
import { moduleNames } from "./core/ModuleShape.ts"
import { openComponent, type Unrestorable } from "./core/OpenComponent.ts"
import { isSafeName } from "./core/SafeName.ts"
import { handlerType } from "./HandlerType.ts"
import { readFrame, readMessage, writeFrame } from "./Pipe.ts"

/** URLs by specifier: what this process imports of jco. */
export type ImportMap = Readonly<Record<string, string>>

/** What the host sends as the first frame; the component's bytes are the second. */
export interface TranspileRequest {
  readonly imports: ImportMap
  /** Largest JavaScript for a component, in bytes. One that needs more is refused before it is made. */
  readonly glueBytes: number
}

/** Where the state of a core module can be reached: the exports that intake added to it. */
export interface ModuleState {
  /** Begins the name of everything that was added. */
  readonly marker: string
  readonly memories: ReadonlyArray<string>
  readonly globals: ReadonlyArray<string>
  /** Whether it imports the size of its memory as `pages` of a module named by the marker. */
  readonly pages: boolean
}

/**
 * What the transpiler answers, in one frame: four bytes of length of this as JSON, this, and then the files' bytes one
 * after another in the order of `files`.
 */
export type Transpiled =
  | {
      readonly type: "transpiled"
      readonly imports: ReadonlyArray<string>
      readonly exports: ReadonlyArray<readonly [name: string, kind: string]>
      readonly files: ReadonlyArray<{
        readonly name: string
        readonly bytes: number
        /** Where a core module's state can be reached; null for the glue, and where it cannot be set back. */
        readonly state: ModuleState | null
      }>
      /** The type of the export `handler`, in TypeScript; null where there is no such function. */
      readonly handler: { readonly takes: string; readonly gives: string } | null
      /** A name that could be code in the glue, which then must not run; null where there is none. */
      readonly unsafeName: string | null
      /** Why instances serve one request only; null where they can be set back. */
      readonly unrestorable: Unrestorable | null
    }
  /** It uses this canonical function, which is not allowed, and was not transpiled. */
  | { readonly type: "forbidden"; readonly canonical: string }
  /** Its types take at least so many bytes of JavaScript. */
  | { readonly type: "too-large"; readonly glueBytes: number }
  | { readonly type: "failed"; readonly detail: string }

interface Jco {
  readonly transpile: (
    component: Uint8Array,
    options: {
      readonly name: string
      readonly instantiation: { readonly tag: "sync" }
      readonly noTypescript: boolean
      readonly noNodejsCompat: boolean
    }
  ) => Promise<{
    readonly files: ReadonlyArray<[string, Uint8Array]>
    readonly imports: ReadonlyArray<string>
    readonly exports: ReadonlyArray<[string, string]>
  }>
}

const { glueBytes, imports: importMap } = readMessage() as TranspileRequest

registerHooks({
  resolve: (specifier, context, next) => {
    const url = importMap[specifier]
    return url === undefined ? next(specifier, context) : { url, format: "module", shortCircuit: true }
  }
})

const answer = (head: Transpiled, files: ReadonlyArray<Uint8Array>): void => {
  const json = Buffer.from(JSON.stringify(head))
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32BE(json.byteLength)
  writeFrame(length, json, ...files)
}

const options = { name: "guest", instantiation: { tag: "sync" }, noTypescript: false, noNodejsCompat: true } as const
const emptyComponent = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0)

try {
  const jco = (await import("@bytecodealliance/jco/component")) as unknown as Jco
  await jco.transpile(emptyComponent, options)
  const component = readFrame()
  const canonical = forbiddenCanonical(component)
  const least = canonical === null ? leastGlueBytes(component) : 0
  if (canonical !== null) answer({ type: "forbidden", canonical }, [])
  else if (least > glueBytes) answer({ type: "too-large", glueBytes: least }, [])
  else {
    const { files, imports, exports } = await jco.transpile(component, options)
    const modules = files.filter(([name]) => name.endsWith(".wasm"))
    const declarations = files.filter(([name]) => name.endsWith(".d.ts"))
    const names = [...modules.flatMap(([, bytes]) => moduleNames(bytes)), ...exports.map(([name]) => name), ...imports]
    const opened = openComponent(modules.map(([, bytes]) => bytes))
    const runnable = files.filter((file) => !declarations.includes(file))
    const finished = runnable.map(([name, bytes]) => {
      const module = "modules" in opened ? opened.modules[modules.findIndex(([other]) => other === name)] : undefined
      if (module === undefined || !("marker" in opened)) return { name, bytes, state: null }
      const { memories, globals, pages } = module
      return { name, bytes: module.bytes, state: { marker: opened.marker, memories, globals, pages } }
    })
    answer(
      {
        type: "transpiled",
        imports,
        exports,
        files: finished.map(({ name, bytes, state }) => ({ name, bytes: bytes.byteLength, state })),
        handler: handlerType(new Map(declarations.map(([name, bytes]) => [name, Buffer.from(bytes).toString("utf8")]))),
        unsafeName: names.find((name) => !isSafeName(name)) ?? null,
        unrestorable: "unrestorable" in opened ? opened.unrestorable : null
      },
      finished.map(({ bytes }) => bytes)
    )
  }
} catch (error) {
  const detail = error instanceof Error ? error.message : String(error)
  answer({ type: "failed", detail: detail.slice(0, 500) }, [])
}
process.exit(0)
