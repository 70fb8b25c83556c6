import { Buffer } from "node:buffer"
import { registerHooks } from "node:module"
import { readFrame, writeFrame } from "./Pipe.ts"

/** URLs by specifier, given by the host: what this process may import beside Node's own modules. */
export type ImportMap = Readonly<Record<string, string>>

/**
 * What the transpiler answers, in one frame: four bytes of length of this as JSON, this, and then the files' bytes one
 * after another in the order of `files`.
 */
export type Transpiled =
  | {
      readonly type: "transpiled"
      readonly imports: ReadonlyArray<string>
      readonly exports: ReadonlyArray<readonly [name: string, kind: string]>
      readonly files: ReadonlyArray<{ readonly name: string; readonly bytes: number }>
    }
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

const importMap = JSON.parse(process.argv[2] ?? "{}") as ImportMap

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

try {
  const component = readFrame()
  const jco = (await import("@bytecodealliance/jco/component")) as unknown as Jco
  const { files, imports, exports } = await jco.transpile(component, {
    name: "guest",
    instantiation: { tag: "sync" },
    noTypescript: true,
    noNodejsCompat: true
  })
  const sizes = files.map(([name, bytes]) => ({ name, bytes: bytes.byteLength }))
  answer(
    { type: "transpiled", imports, exports, files: sizes },
    files.map(([, bytes]) => bytes)
  )
} catch (error) {
  const detail = error instanceof Error ? error.message : String(error)
  answer({ type: "failed", detail: detail.slice(0, 500) }, [])
}
process.exit(0)
