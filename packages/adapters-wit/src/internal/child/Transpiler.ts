import { Buffer } from "node:buffer"
import { registerHooks } from "node:module"
import { type CoreMemory, memoriesOf } from "./CoreMemory.ts"
import { forbiddenCanonical } from "./core/CanonicalFunctions.ts"
import { leastGlueBytes } from "./core/GlueSize.ts"
import { hollowComponent } from "./core/HollowComponent.ts"
import { moduleNames } from "./core/ModuleShape.ts"
import { openComponent } from "./core/OpenComponent.ts"
import { isSafeName } from "./core/SafeName.ts"
import type { Unrestorable } from "./core/Unrestorable.ts"
import { handlerType } from "./HandlerType.ts"
import { readFrame, readMessage, writeFrame } from "./Pipe.ts"
import { withQuickHelpers } from "./QuickHelpers.ts"
import { typicalComponent } from "./TypicalComponent.ts"

/** URLs by specifier: what this process imports of jco. */
export type ImportMap = Readonly<Record<string, string>>

/** The world has fewer names, and they are shorter. */
const mostNames = 100
const longestName = 300
/** The type of the world's handler, as text, is shorter. */
const longestType = 2_000
/** Components of JavaScript engines have 4. */
const mostModules = 100

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
      /** Names of at most {@link mostNames} imports, each at most so long: more than the world has. */
      readonly imports: ReadonlyArray<string>
      /** Of the exports, the one that matters to a host. */
      readonly exports: ReadonlyArray<readonly [name: string, kind: string]>
      readonly files: ReadonlyArray<{
        readonly name: string
        readonly bytes: number
        /** Where a core module's state can be reached; null for the glue, and where it cannot be set back. */
        readonly state: ModuleState | null
        /** The memories that a core module defines itself. */
        readonly memories: ReadonlyArray<CoreMemory>
      }>
      /** Why its memories cannot be bounded; null where they can. */
      readonly unboundable: string | null
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
  /** It has so many core modules. */
  | { readonly type: "too-many"; readonly modules: number }
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

const shortened = (handler: ReturnType<typeof handlerType>) =>
  handler && { takes: handler.takes.slice(0, longestType), gives: handler.gives.slice(0, longestType) }

const withQuickGlue = (glue: Uint8Array): Uint8Array =>
  Buffer.from(withQuickHelpers(Buffer.from(glue).toString("utf8")))

const options = { name: "guest", instantiation: { tag: "sync" }, noTypescript: false, noNodejsCompat: true } as const

const modulesOf = (files: ReadonlyArray<readonly [string, Uint8Array]>) =>
  files.filter(([name]) => name.endsWith(".wasm"))

/** Has what the first component needs compiled, while none is there yet. */
const warmUp = async (jco: Jco): Promise<void> => {
  const { files } = await jco.transpile(hollowComponent(typicalComponent).bytes, options)
  openComponent(modulesOf(files).map(([, bytes]) => bytes))
}

try {
  // biome-ignore lint/correctness/noUndeclaredDependencies: a release carries it, and a map of imports names its place.
  const jco = (await import("@bytecodealliance/jco/component")) as unknown as Jco
  await warmUp(jco)
  const component = readFrame()
  const canonical = forbiddenCanonical(component)
  const least = canonical === null ? leastGlueBytes(component) : 0
  if (canonical !== null) answer({ type: "forbidden", canonical }, [])
  else if (least > glueBytes) answer({ type: "too-large", glueBytes: least }, [])
  else {
    const hollow = hollowComponent(component)
    const { files: hollowFiles, imports, exports } = await jco.transpile(hollow.bytes, options)
    const files = hollowFiles.map(([name, bytes]): readonly [string, Uint8Array] => [name, hollow.whole(bytes)])
    const modules = modulesOf(files)
    if (modules.length > mostModules) answer({ type: "too-many", modules: modules.length }, [])
    else {
      const declarations = files.filter(([name]) => name.endsWith(".d.ts"))
      const names = [
        ...modules.flatMap(([, bytes]) => moduleNames(bytes)),
        ...exports.map(([name]) => name),
        ...imports
      ]
      const opened = openComponent(modules.map(([, bytes]) => bytes))
      const { memories, unboundable } = memoriesOf(modules)
      const runnable = files.filter((file) => !declarations.includes(file))
      const finished = runnable.map(([name, bytes]) => {
        const module = "modules" in opened ? opened.modules[modules.findIndex(([other]) => other === name)] : undefined
        const own = { name, memories: memories.get(name) ?? [] }
        if (name.endsWith(".js")) return { ...own, bytes: withQuickGlue(bytes), state: null }
        if (module === undefined || !("marker" in opened)) return { ...own, bytes, state: null }
        const { memories: reached, globals, pages } = module
        return { ...own, bytes: module.bytes, state: { marker: opened.marker, memories: reached, globals, pages } }
      })
      answer(
        {
          type: "transpiled",
          imports: imports.slice(0, mostNames).map((name) => name.slice(0, longestName)),
          exports: exports.filter(([name]) => name === "handler").slice(0, 1),
          files: finished.map((file) => ({ ...file, bytes: file.bytes.byteLength })),
          unboundable,
          handler: shortened(
            handlerType(new Map(declarations.map(([name, bytes]) => [name, Buffer.from(bytes).toString("utf8")])))
          ),
          unsafeName: names.find((name) => !isSafeName(name))?.slice(0, longestName) ?? null,
          unrestorable: "unrestorable" in opened ? opened.unrestorable : null
        },
        finished.map(({ bytes }) => bytes)
      )
    }
  }
} catch (error) {
  const detail = error instanceof Error ? error.message : String(error)
  answer({ type: "failed", detail: detail.slice(0, 500) }, [])
}
process.exit(0)
