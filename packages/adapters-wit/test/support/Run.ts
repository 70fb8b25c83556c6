import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { Effect, Layer } from "effect"
import type { Component } from "../../src/Component.ts"
import { ComponentStore, layerComponentStore } from "../../src/ComponentStore.ts"
import type { ExecuteRequest } from "../../src/Execute.ts"
import { type HostCall, type HostReply, ok, type ProtocolViolation } from "../../src/HostCall.ts"
import { processorTime } from "../../src/internal/host/processorTime.ts"
import { defaultLimits, type Limits } from "../../src/Limits.ts"
import { layerSandbox, Sandbox } from "../../src/Sandbox.ts"
import type { SandboxOptions } from "../../src/SandboxOptions.ts"

/** Longer than any test takes: what is not about a time does not end by one, however slow the machine is. */
export const longMs = 3_600_000

/** The limits of an execution whose time does not matter. */
export const longLimits: Limits = { ...defaultLimits, timeoutMs: longMs }

/** What has a sandbox wait for a slow machine, and lets an execution have as much time as it asks for. */
export const patient = {
  startMs: longMs,
  idleMs: longMs,
  limits: { ...longLimits, cpuMs: longMs }
} satisfies Partial<SandboxOptions>

/** What ends a guest that loops: its processor time, or its deadline where the system tells no processor times. */
export const endOfLoop = processorTime(process.pid) === null ? "timeout" : "cpu-limit"

/** The limits of a guest that loops. */
export const loopLimits = (cpuMs: number): Partial<Limits> =>
  endOfLoop === "timeout" ? { cpuMs, timeoutMs: 20_000 } : { cpuMs }

/** Transpiled guests, shared by all test files: few are transpiled, and no process waits for the next. */
export const layerStore = layerComponentStore({
  directory: fileURLToPath(new URL("../../node_modules/.cache/components", import.meta.url)),
  intakeTimeoutMs: longMs,
  spare: false
})

/** A store and a sandbox that keeps few processes. */
export const sandboxOf = (options: Partial<SandboxOptions> = {}) =>
  layerSandbox({ concurrency: 4, spares: 1, loadedSpares: 0, idleProcesses: 2, ...patient, ...options }).pipe(
    Layer.provideMerge(layerStore)
  )

const headersOf = (count: number) => Array.from({ length: count }, () => ({ name: "x-a", value: "1" }))

/** A request with a body of so many bytes. */
export const requestOf = (
  body: Uint8Array | null = null,
  headers = 1,
  method = "POST",
  hostHeaders = 0
): ExecuteRequest => ({
  context: { requestId: null, tenantId: "tenant", extensionId: "extension", installId: "install", versionId: null },
  http: {
    method,
    url: "/api/run?x=1",
    headers: headersOf(headers),
    ...(hostHeaders === 0 ? {} : { hostHeaders: headersOf(hostHeaders) }),
    body
  }
})

/** What a test may vary in an execution. */
export interface RunOptions<R> {
  readonly limits?: Partial<Limits>
  readonly body?: Uint8Array
  readonly headers?: number
  readonly hostHeaders?: number
  readonly method?: string
  readonly installId?: string
  readonly tenantId?: string
  readonly host?: (call: HostCall) => Effect.Effect<HostReply, ProtocolViolation, R>
  readonly onRun?: (begins: boolean) => void
}

/** Takes a guest in. */
export const takeIn = Effect.fnUntraced(function* (guest: Promise<Uint8Array>) {
  const store = yield* ComponentStore
  return yield* store.accept(yield* Effect.promise(() => guest))
})

/** Runs a component once. */
export const runComponent = <R = never>(component: Component, options: RunOptions<R> = {}) =>
  Effect.flatMap(Sandbox, (sandbox) =>
    sandbox.execute({
      component,
      tenantId: options.tenantId ?? "tenant",
      installId: options.installId ?? "install",
      request: requestOf(options.body ?? null, options.headers, options.method, options.hostHeaders),
      limits: { ...longLimits, ...options.limits },
      host: options.host ?? (() => Effect.succeed(ok(null))),
      onRun: options.onRun
    })
  )

/** Takes a guest in and runs it once. */
export const run = <R = never>(guest: Promise<Uint8Array>, options: RunOptions<R> = {}) =>
  Effect.flatMap(takeIn(guest), (component) => runComponent(component, options))

/** Bytes of the command lines of all processes of a machine that is used by many. */
const mostListed = 67_108_864

/** Process id and command line of each process that this one has, as `ps` lists them. */
const listedChildren = (): ReadonlyArray<readonly [pid: number, command: string]> =>
  execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8", maxBuffer: mostListed })
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((found) => Number(found?.[2]) === process.pid)
    .map((found) => [Number(found?.[1]), found?.[3] ?? ""])

/** The command line of a process that runs. For a moment it has none, while it becomes another program. */
const commandOf = (pid: string): string => {
  for (;;) {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8")
    if (command !== "" || /\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, "latin1"))) return command
  }
}

/** The same of Linux, where no program is started for it. */
const childrenInProc = (): ReadonlyArray<readonly [pid: number, command: string]> =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const parent = /\) \S (\d+) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))?.[1]
        if (Number(parent) !== process.pid) return []
        return [[Number(pid), commandOf(pid).replaceAll("\0", " ")]]
      } catch {
        return []
      }
    })

/** Process ids of the restricted processes that this process has, of those with such a command line. */
export const restrictedProcesses = (like: RegExp): ReadonlyArray<number> =>
  (process.platform === "linux" ? childrenInProc() : listedChildren())
    .filter(([, command]) => like.test(command))
    .map(([pid]) => pid)

/** Process ids of the sandbox processes that this process has; transpilers are none. */
export const guestProcesses = (): ReadonlyArray<number> => restrictedProcesses(/--permission.*--max-semi-space-size/)

/** The flags of a restricted process that runs its program; null where it does not yet, or is gone. */
export const flagsOf = (pid: number): ReadonlyArray<string> | null => {
  try {
    const [command, ...flags] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1)
    return command === process.execPath ? flags : null
  } catch {
    return null
  }
}
