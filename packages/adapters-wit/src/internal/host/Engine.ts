import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { ImportMap } from "../child/Transpiler.ts"
import { jco } from "./Jco.ts"
import { type ProgramText, programText } from "./ProgramText.ts"

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
const childDirectory = fileURLToPath(new URL("../child/", import.meta.url))
const childText = (name: string): ProgramText =>
  programText(join(childDirectory, `${name}.${extension}`), childDirectory)

/** What a child process runs: its text, what it may load of Node and read beside, and flags of V8. */
export interface Program {
  readonly text: ProgramText
  /** Modules of Node, such as `node:fs`. */
  readonly builtins: ReadonlyArray<string>
  /** Paths. */
  readonly reads: ReadonlyArray<string>
  readonly flags: ReadonlyArray<string>
}

/** For the pipe, and for the hooks that find a program's modules. */
const builtins = ["node:buffer", "node:fs", "node:module"]

/**
 * Code that ran often is not recompiled by a better compiler: it would need less room on the stack, and tell the next
 * request how often it ran. That goes for the code of guests, for the JavaScript that calls them, and for what lies
 * between the two.
 */
const oneCompiler = ["--liftoff-only", "--no-maglev", "--no-opt", "--wasm-wrapper-tiering-budget=1000000000"]

/**
 * V8 compiles and collects on the thread that runs the guest. Another thread that has compiled something interrupts this one, and V8
 * serves the interrupt on the guest's stack: where it came with room for few more calls, the guest ended as too deep.
 */
const oneThread = "--single-threaded"

/**
 * Room on the stack, in KiB: a third more than V8 gives by itself. With still more, the stack that QuickJS keeps in its own memory
 * ends first, which is a trap that says nothing of the depth.
 */
const stackKib = 1_300

/**
 * The program of a sandbox process. It reads no file; it gets its own text and its component over its pipe. Each request
 * leaves half a MB of garbage, for which V8 would let a process grow to 160 MB; with less room for what is young it stays
 * at 103 MB and is as fast.
 */
export const guestProgram = (): Program => ({
  text: childText("Guest"),
  builtins,
  reads: [],
  flags: ["--max-semi-space-size=4", `--stack-size=${stackKib}`, ...oneCompiler, oneThread]
})

/** The program that opens one archive. It reads no file; it gets the archive over its pipe. */
export const openerProgram = (): Program => ({
  text: childText("Opener"),
  builtins: [...builtins, "node:crypto", "node:zlib"],
  reads: [],
  flags: ["--liftoff-only"]
})

const builtinsOfJco = ["node:fs/promises"]
/**
 * The program that transpiles one component. It reads jco and nothing else. It lives for one component, which the better
 * compiler does not pay for: 360 ms of processor time instead of 830 for a component of 2 MB, and 100 MB instead of 146.
 */
export const transpilerProgram = (): Program & { readonly imports: ImportMap } => {
  const { imports, reads } = jco()
  return {
    text: childText("Transpiler"),
    builtins: [...builtins, ...builtinsOfJco],
    reads,
    flags: ["--liftoff-only"],
    imports
  }
}

/** Name and version of the transpiler; what it made is of use to this version only. */
export const transpilerVersion = (): string => `jco-${jco().version}`
