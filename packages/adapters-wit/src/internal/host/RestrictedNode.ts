import { Buffer } from "node:buffer"
import { type ChildProcessByStdio, spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
import { parse } from "node:path"
import type { Readable, Writable } from "node:stream"
import { Deferred, Effect, type Scope } from "effect"
import type { Confinement } from "./Confinement.ts"
import type { Program } from "./Engine.ts"
import { FrameTooLarge, frame, headerOf, makeFrameReader } from "./FrameReader.ts"
import { countMemoryKills, wasMemoryKill } from "./memoryKills.ts"
import { bootstrap } from "./ProgramText.ts"
import { makeProcessorClock } from "./processorTime.ts"

/** Why a child process can no longer be talked to. The detail is for the host's own log. */
export interface Broken {
  readonly reason: "exited" | "frame-too-large" | "unexpected-frame" | "not-started" | "cpu-limit" | "out-of-memory"
  readonly detail: string
}

/** A Node process without any right but to read its program, and two pipes of frames to it. */
export interface RestrictedNode {
  readonly pid: number
  /** Milliseconds that it has spent on processors; null where the system does not say, or it is gone. */
  readonly processorTime: () => number | null
  /** Sends frames of bytes or of text. A process that is gone takes them silently. */
  readonly send: (...bodies: ReadonlyArray<Uint8Array | string>) => void
  /** Whether the system refused a part of what was sent. The process never read the last message whole then. */
  readonly refusedInput: () => boolean
  /** Hands over the next frame. Only one may wait; a frame that nobody waits for breaks the process. */
  readonly receive: (onFrame: (body: Buffer) => void) => void
  /** Calls back, perhaps at once, when the process is broken or gone; the function that it gives takes that back. */
  readonly onBroken: (listener: (why: Broken) => void) => () => void
  /** The next frame. */
  readonly next: Effect.Effect<Buffer, Broken>
  /** Fails once the process is broken or gone. */
  readonly closed: Effect.Effect<never, Broken>
  readonly isOpen: () => boolean
  /** Ends the process at once. */
  readonly kill: () => void
  /** Ends the process at once, for a reason that who waits for it is told. */
  readonly break: (why: Broken) => void
  /** Ends the process and waits until it is gone. */
  readonly end: Effect.Effect<void>
  /** The first bytes of what it wrote to its error output, for the host's own log. */
  readonly errorOutput: () => string
  /** Forgets these: what comes next is told from the start. */
  readonly forgetErrors: () => void
}

/** What is set when a process starts and holds for its life. */
export interface RestrictedNodeOptions {
  readonly confinement: Confinement
  readonly execPath: string
  readonly program: Program
  /** Bounds each WebAssembly memory, in pages of 64 KiB. */
  readonly memoryPages: number
  /** Bounds V8's own heap, in MiB. */
  readonly heapMb: number
  /** Bounds a frame from the process, in bytes. */
  readonly frameBytes: number
}

const errorOutputBytes = 8_192
/** Larger bodies are sent as they are, behind their header; others in one piece with it. */
const copiedBytes = 65_536
const tableElements = 100_000

/** Node hands `NODE_V8_COVERAGE` on to its children by itself, unless that is named. */
const emptyEnvironment = { NODE_V8_COVERAGE: undefined }

/**
 * What the permission model does not cover: SQLite opens files by itself, V8 writes files where its flags may still be
 * changed, and a signal opens a debugger.
 */
const closed = ["--no-experimental-sqlite", "--freeze-flags-after-init", "--disable-sigusr1"]

const spawnRestricted = (options: RestrictedNodeOptions): ChildProcessByStdio<Writable, Readable, Readable> => {
  const [command = options.execPath, ...rest] = [...options.confinement, options.execPath]
  return spawn(
    command,
    [
      ...rest,
      "--permission",
      ...options.program.reads.map((path) => `--allow-fs-read=${path}`),
      "--disallow-code-generation-from-strings",
      `--wasm-max-mem-pages=${options.memoryPages}`,
      `--wasm-max-table-size=${tableElements}`,
      `--max-old-space-size=${options.heapMb}`,
      ...options.program.flags,
      ...closed,
      "--no-addons",
      "--no-warnings",
      "--input-type=module",
      "--eval",
      bootstrap
    ],
    { env: emptyEnvironment, cwd: parse(options.execPath).root, stdio: ["pipe", "pipe", "pipe"], windowsHide: true }
  )
}

const firstChoice = "1000"

/**
 * Has the system end this process before any other where memory ends. Everybody may raise this number for their own
 * processes; where the system has none, nothing is done.
 */
const offerToSystem = (pid: number | undefined): void => {
  if (pid === undefined) return
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, firstChoice)
  } catch {}
}

/** A child that may signal could have Node open this program's debugger: Node does so where nobody takes this signal. */
process.on("SIGUSR1", () => {})

const running = new Set<() => void>()
process.on("exit", () => {
  for (const kill of running) kill()
})

/** Starts a process that its caller must {@link RestrictedNode.end}. */
export const start = (options: RestrictedNodeOptions): RestrictedNode => {
  countMemoryKills()
  const child = spawnRestricted(options)
  offerToSystem(child.pid)
  const closed = Deferred.makeUnsafe<never, Broken>()
  const exited = Deferred.makeUnsafe<void>()
  const kill = (): void => void child.kill("SIGKILL")
  const clock = makeProcessorClock(child.pid ?? -1)
  let broken: Broken | null = null
  let waiting: ((body: Buffer) => void) | null = null
  const listeners = new Set<(why: Broken) => void>()
  let errorOutput = Buffer.alloc(0)
  let refusedInput = false

  running.add(kill)

  const breakWith = (why: Broken): void => {
    if (broken !== null) return
    broken = why
    kill()
    Deferred.doneUnsafe(closed, Effect.fail(why))
    for (const listener of listeners) listener(why)
  }

  const deliver = (body: Buffer): void => {
    if (broken !== null) return
    const onFrame = waiting
    waiting = null
    if (onFrame === null) breakWith({ reason: "unexpected-frame", detail: "a frame that nobody waits for" })
    else onFrame(body)
  }

  const onChunk = makeFrameReader(options.frameBytes, deliver)
  child.stdout.on("data", (chunk: Buffer) => {
    try {
      if (broken === null) onChunk(chunk)
    } catch (error) {
      if (!(error instanceof FrameTooLarge)) throw error
      breakWith({ reason: "frame-too-large", detail: error.message })
    }
  })
  child.stderr.on("data", (chunk: Buffer) => {
    errorOutput = Buffer.concat([errorOutput, chunk.subarray(0, errorOutputBytes - errorOutput.byteLength)])
  })
  const ended = (why: Broken): void => {
    running.delete(kill)
    clock.close()
    breakWith(why)
    Deferred.doneUnsafe(exited, Effect.void)
  }
  child.on("error", (error) => {
    if (child.pid === undefined) ended({ reason: "not-started", detail: error.message })
  })
  child.on("close", (code, signal) => {
    const isKilled = broken === null && signal === "SIGKILL" && wasMemoryKill()
    ended({ reason: isKilled ? "out-of-memory" : "exited", detail: `code ${code}, signal ${signal}` })
  })
  child.stdin.on("error", () => {
    refusedInput = true
  })

  const write = (body: Uint8Array | string): void => {
    if (typeof body === "string" || body.byteLength <= copiedBytes) return void child.stdin.write(frame(body))
    child.stdin.write(headerOf(body.byteLength))
    child.stdin.write(body)
  }
  const send = (...bodies: ReadonlyArray<Uint8Array | string>): void => {
    child.stdin.cork()
    for (const body of bodies) write(body)
    child.stdin.uncork()
  }
  const receive = (onFrame: (body: Buffer) => void): void => {
    waiting = onFrame
  }
  const onBroken = (listener: (why: Broken) => void): (() => void) => {
    if (broken === null) listeners.add(listener)
    else listener(broken)
    return () => listeners.delete(listener)
  }
  const { builtins, text } = options.program
  send(JSON.stringify({ ...text, builtins }))

  const endNow = (): void => breakWith({ reason: "exited", detail: "ended by the host" })

  return {
    pid: child.pid ?? -1,
    processorTime: clock.now,
    send,
    refusedInput: () => refusedInput,
    receive,
    onBroken,
    next: Effect.callback<Buffer, Broken>((resume) => {
      const forget = onBroken((why) => resume(Effect.fail(why)))
      receive((body) => {
        forget()
        resume(Effect.succeed(body))
      })
      return Effect.sync(() => {
        waiting = null
        forget()
      })
    }),
    closed: Deferred.await(closed),
    isOpen: () => broken === null,
    kill: endNow,
    break: breakWith,
    end: Effect.andThen(Effect.sync(endNow), Deferred.await(exited)),
    errorOutput: () => errorOutput.toString("utf8"),
    forgetErrors: () => {
      errorOutput = Buffer.alloc(0)
    }
  }
}

/** Starts a process. It is ended when the scope closes. */
export const open = (options: RestrictedNodeOptions): Effect.Effect<RestrictedNode, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => start(options)),
    (node) => node.end
  )
