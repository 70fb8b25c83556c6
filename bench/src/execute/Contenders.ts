import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { type AddressInfo, createServer } from "node:net"
import { isAbsolute, join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect, Redacted, type Scope } from "effect"
import { BenchFailed } from "../Bench.ts"

/** A server that is measured. */
export interface Contender {
  readonly url: string
  readonly pid: number
}

/** What every contender is started with. */
export interface ContenderOptions {
  readonly database: Redacted.Redacted
  readonly token: string
  readonly bundles: string
  readonly cache: string
}

const pathOf = (file: string) => (isAbsolute(file) ? file : fileURLToPath(new URL(file, import.meta.url)))

const freePort = Effect.callback<number>((resume) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address() as AddressInfo
    probe.close(() => resume(Effect.succeed(port)))
  })
})

const end = (child: ChildProcess) =>
  Effect.promise(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill("SIGTERM")
    await once(child, "exit")
  })

const answers = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/healthz`).then(
    () => true,
    () => false
  )

const started = (
  program: string,
  args: (port: number) => ReadonlyArray<string>,
  env: (port: number) => Readonly<Record<string, string>> = () => ({})
): Effect.Effect<Contender, BenchFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const port = yield* freePort
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(process.execPath, [pathOf(program), ...args(port)], {
          env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env(port) },
          stdio: ["ignore", "ignore", "inherit"]
        })
      ),
      end
    )
    yield* Effect.promise(() => answers(port)).pipe(
      Effect.delay("50 millis"),
      Effect.repeat({ until: (isThere) => isThere }),
      Effect.timeoutOrElse({
        duration: "30 seconds",
        orElse: () => Effect.fail(new BenchFailed({ why: `${program} does not answer` }))
      })
    )
    return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0 }
  })

const here = fileURLToPath(new URL("../../..", import.meta.url))

/** The runner, as `serve` starts it, with further settings; of another checkout of this project where one is named. */
export const runner = (
  { bundles, cache, database, token }: ContenderOptions,
  further: Readonly<Record<string, string>> = {},
  checkout: string = here
) =>
  started(
    join(checkout, "packages/runner/src/main.ts"),
    () => ["serve"],
    (port) => ({
      PORT: String(port),
      DATABASE_URL: Redacted.value(database),
      RUNNER_SERVICE_TOKEN: token,
      BUNDLE_STORE_BASE: bundles,
      EXT_CACHE_ROOT: cache,
      ...further
    })
  )

/** The floor: the same server, checks and pool, and the handler as a plain function. */
export const floor = ({ database, token }: ContenderOptions) =>
  started("./plainProcess.ts", (port) => [String(port), Redacted.value(database), token])

/** Today's shape: the floor's server, whose handler makes HTTP calls to an internal API beside it. */
export const today = ({ database, token }: ContenderOptions) =>
  Effect.gen(function* () {
    const api = yield* started("./internalApiProcess.ts", (port) => [String(port), Redacted.value(database), token])
    return yield* started("./plainProcess.ts", (port) => [String(port), Redacted.value(database), token, api.url])
  })
