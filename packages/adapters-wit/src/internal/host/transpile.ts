import type { Buffer } from "node:buffer"
import { Effect, Schema } from "effect"
import { ComponentRefused } from "../../ComponentRefused.ts"
import { ComponentStoreError } from "../../ComponentStoreError.ts"
import { foreignText } from "../../ForeignText.ts"
import { unrestorable } from "../child/core/Unrestorable.ts"
import type { TranspileRequest } from "../child/Transpiler.ts"
import type { Confinement } from "./Confinement.ts"
import { transpilerProgram } from "./Engine.ts"
import { watchProcessor } from "./processorWatch.ts"
import { type Broken, type RestrictedNode, start } from "./RestrictedNode.ts"

/** What jco made of a component. */
export interface TranspiledComponent {
  readonly imports: ReadonlyArray<string>
  readonly exports: ReadonlyArray<readonly [name: string, kind: string]>
  readonly files: ReadonlyArray<{
    readonly name: string
    readonly bytes: Buffer
    readonly state: ModuleState | null
    readonly memories: ReadonlyArray<CoreMemory>
  }>
  /** Why its memories cannot be bounded; null where they can. */
  readonly unboundable: string | null
  readonly handler: { readonly takes: string; readonly gives: string } | null
  readonly unsafeName: string | null
  /** Why instances serve one request only; null where they can be set back. */
  readonly unrestorable: string | null
}

/** Where a core module's state can be reached. */
export const ModuleState = Schema.Struct({
  marker: Schema.String,
  memories: Schema.Array(Schema.String),
  globals: Schema.Array(Schema.String),
  pages: Schema.Boolean
})
export interface ModuleState extends Schema.Schema.Type<typeof ModuleState> {}

/** A memory that a core module defines, in pages of 64 KiB. */
export const CoreMemory = Schema.Struct({ minimum: Schema.Int, maximum: Schema.NullOr(Schema.Int) })
export interface CoreMemory extends Schema.Schema.Type<typeof CoreMemory> {}

const Head = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("transpiled"),
    imports: Schema.Array(Schema.String),
    exports: Schema.Array(Schema.Tuple([Schema.String, Schema.String])),
    files: Schema.Array(
      Schema.Struct({
        name: Schema.String.check(Schema.isPattern(/^guest(\.core\d*\.wasm|\.js)$/)),
        bytes: Schema.Int,
        state: Schema.NullOr(ModuleState),
        memories: Schema.Array(CoreMemory)
      })
    ),
    unboundable: Schema.NullOr(Schema.String),
    handler: Schema.NullOr(Schema.Struct({ takes: Schema.String, gives: Schema.String })),
    unsafeName: Schema.NullOr(Schema.String),
    unrestorable: Schema.NullOr(Schema.Literals(unrestorable))
  }),
  Schema.Struct({ type: Schema.Literal("forbidden"), canonical: Schema.String }),
  Schema.Struct({ type: Schema.Literal("too-large"), glueBytes: Schema.Int }),
  Schema.Struct({ type: Schema.Literal("too-many"), modules: Schema.Int }),
  Schema.Struct({ type: Schema.Literal("failed"), detail: Schema.String })
])

const decodeHead = Schema.decodeUnknownEffect(Schema.fromJsonString(Head))

const transpilerMemoryPages = 16_384
const transpilerHeapMb = 1_024
const outputFactor = 4
const outputBase = 64 * 1_048_576
/** Names, memories and what reaches the state of a component with as much of each as may be. */
const headBytes = 1_048_576

const unexpected = (cause: unknown) =>
  new ComponentStoreError({ message: "the transpiler gave an unexpected answer", cause })

const notStarted = (broken: Broken) =>
  new ComponentStoreError({ message: "the transpiler did not start", cause: broken.detail })

/** What transpilers are started with. */
export interface TranspilerOptions {
  readonly execPath: string
  readonly confinement: Confinement
  /** The largest component that they are given, in bytes. */
  readonly componentBytes: number
  /** The largest JavaScript that may be generated for one, in bytes. */
  readonly glueBytes: number
}

/**
 * Starts a process for one component. It can read jco and do nothing else, loads that and waits. Its caller must end it.
 */
export const startTranspiler = ({
  componentBytes,
  confinement,
  execPath,
  glueBytes
}: TranspilerOptions): RestrictedNode => {
  const program = transpilerProgram()
  const node = start({
    confinement,
    execPath,
    program,
    memoryPages: transpilerMemoryPages,
    heapMb: transpilerHeapMb,
    frameBytes: componentBytes * outputFactor + outputBase
  })
  node.send(JSON.stringify({ imports: program.imports, glueBytes } satisfies TranspileRequest))
  return node
}

const brokenBy = (broken: Broken, processorMs: number): ComponentRefused | ComponentStoreError => {
  if (broken.reason === "cpu-limit") {
    const message = `transpiling it takes more than ${processorMs} ms of processor time`
    return new ComponentRefused({ reason: "too-much-work", message })
  }
  if (broken.reason === "not-started") return notStarted(broken)
  if (broken.reason === "exited" || broken.reason === "out-of-memory") {
    const message = "the process that checks the component ended before it was done"
    return new ComponentRefused({ reason: "not-checked", message })
  }
  return new ComponentRefused({ reason: "not-a-component", message: "the component cannot be transpiled" })
}

/** What bounds the transpiling of one component. */
export interface TranspileBounds {
  /** Most processor time, in milliseconds. */
  readonly processorMs: number
  /** The largest JavaScript that may be generated, in bytes. */
  readonly glueBytes: number
}

/** Transpiles a component in a process that was started for it, within bounds. */
export const transpile = Effect.fn("ComponentStore.transpile")(function* (
  node: RestrictedNode,
  component: Uint8Array,
  options: TranspileBounds
) {
  node.send(component)
  const watch = watchProcessor(node, options.processorMs, () => {})
  const answer = yield* node.next.pipe(
    Effect.mapError((broken) => brokenBy(broken, options.processorMs)),
    Effect.ensuring(Effect.sync(watch.stop))
  )
  const begin = 4 + (answer.byteLength < 4 ? 0 : answer.readUInt32BE())
  if (begin > Math.min(answer.byteLength, headBytes)) return yield* unexpected("an answer without a head")
  const head = yield* Effect.mapError(decodeHead(answer.toString("utf8", 4, begin)), unexpected)
  if (head.type === "forbidden") {
    return yield* new ComponentRefused({
      reason: "canonical-function",
      message: `uses the canonical function ${head.canonical}, which this host does not offer`
    })
  }
  if (head.type === "too-large") {
    const message = `its types take ${head.glueBytes} bytes of generated JavaScript or more; the limit is ${options.glueBytes}`
    return yield* new ComponentRefused({ reason: "glue-too-large", message })
  }
  if (head.type === "too-many") {
    const message = `it has ${head.modules} core modules, which is more than can run`
    return yield* new ComponentRefused({ reason: "too-much-work", message })
  }
  if (head.type === "failed") {
    yield* Effect.logInfo("component is not valid", foreignText(head.detail))
    return yield* new ComponentRefused({ reason: "not-a-component", message: "not a valid WebAssembly component" })
  }
  let offset = begin
  const files = head.files.map(({ bytes, ...rest }) => {
    const file = { ...rest, bytes: answer.subarray(offset, offset + bytes) }
    offset += bytes
    return file
  })
  return { ...head, files } satisfies TranspiledComponent
})
