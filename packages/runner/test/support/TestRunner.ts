import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { defaultLimits } from "@alga-psa/ext-adapters-wit"
import { Context, Effect, Layer, Logger, Redacted } from "effect"
import { HttpServer } from "effect/http"
import { type BundleKey, bundlePath } from "../../src/BundleStore.ts"
import { DatabaseCheck, type DatabaseUnfit } from "../../src/DatabaseCheck.ts"
import { routes } from "../../src/Http.ts"
import { layerOff } from "../../src/Idempotency.ts"
import { plainLine } from "../../src/LogLine.ts"
import { type HttpOptions, layerHttp, layerRunner, type RunnerOptions } from "../../src/Runner.ts"
import { layerToken, type ServiceToken } from "../../src/ServiceToken.ts"
import { oddInLine } from "../../testing/LogLines.ts"
import { temporary } from "../../testing/Temporary.ts"

/** What a runner under test answered over HTTP. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: { readonly status?: number; readonly error?: string; readonly body_b64?: string }
}

/** One line of the runner's log. */
export type LogLine = Readonly<Record<string, unknown>>

/** A runner on the loopback address, with its own directories and its log in memory. */
export class TestRunner extends Context.Service<
  TestRunner,
  {
    readonly url: string
    readonly token: string
    /** Where accepted components are kept. */
    readonly components: string
    readonly send: (path: string, init?: RequestInit) => Effect.Effect<Answer>
    /** Puts an archive into the store. */
    readonly store: (key: BundleKey, archive: Uint8Array) => Effect.Effect<void>
    /** The lines that were logged since the last call. */
    readonly takeLog: Effect.Effect<ReadonlyArray<LogLine>>
  }
>()("test/TestRunner") {}

const send = (url: string) => (path: string, init?: RequestInit) =>
  Effect.promise(async () => {
    const response = await fetch(new URL(path, url), init)
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === "" ? {} : JSON.parse(text) }
  })

/** What bounds the callers of a runner under test, where the defaults do not. */
export const CallerBounds = Context.Reference<Partial<HttpOptions>>("test/CallerBounds", { defaultValue: () => ({}) })

/** Who may call a runner under test, where it is not who knows its token. */
export const CallersCheck = Context.Reference<Layer.Layer<ServiceToken> | null>("test/CallersCheck", {
  defaultValue: () => null
})

/** What a runner under test is told of its database. Default: it can serve. */
export const DatabaseSays = Context.Reference<Effect.Effect<void, DatabaseUnfit>>("test/DatabaseSays", {
  defaultValue: () => Effect.void
})

/** Nothing ends because the machine is busy: no test may take longer. */
const longMs = 300_000
const limits = { ...defaultLimits, timeoutMs: longMs }

/**
 * A runner with real sandbox, store and HTTP over the ports that another layer provides. No process waits for work that may not
 * come: many tests execute nothing.
 */
export const testRunner = ({ sandbox, ...options }: Partial<RunnerOptions> = {}) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const directory = yield* temporary
      const bundles = join(directory, "bundles")
      yield* Effect.promise(() => mkdir(bundles))
      const token = crypto.randomUUID()
      const bounds = yield* CallerBounds
      const says = yield* DatabaseSays
      const check = (yield* CallersCheck) ?? layerToken(Redacted.make(token))
      let lines: Array<LogLine> = []
      const odd: Array<string> = []
      const logger = Logger.make<unknown, void>((options) => {
        const { annotations, ...line } = Logger.formatStructured.log(plainLine(options))
        lines.push({ ...line, ...annotations })
        odd.push(...[oddInLine(JSON.stringify({ ...line, annotations }))].filter((why) => why !== null))
      })
      yield* Effect.addFinalizer(() => (odd.length === 0 ? Effect.void : Effect.die(new Error(odd[0]))))
      const runner = Layer.effect(
        TestRunner,
        Effect.map(HttpServer.HttpServer, ({ address }) => {
          const url = HttpServer.formatAddress(address)
          return TestRunner.of({
            url,
            token,
            components: join(directory, "components"),
            send: send(url),
            store: (key, archive) =>
              Effect.promise(async () => {
                const file = join(bundles, bundlePath(key))
                await mkdir(dirname(file), { recursive: true })
                await writeFile(file, archive)
              }),
            takeLog: Effect.sync(() => {
              const taken = lines
              lines = []
              return taken
            })
          })
        })
      )
      return runner.pipe(
        Layer.provide(layerHttp(routes, { ...bounds, host: "127.0.0.1", port: 0 })),
        Layer.provide([
          layerRunner({
            bundles: { directory: bundles },
            components: join(directory, "components"),
            limits,
            intakeTimeoutMs: longMs,
            sandbox: { spares: 0, loadedSpares: 0, startMs: longMs, ...sandbox },
            spareTranspiler: false,
            ...options
          }),
          check,
          layerOff
        ]),
        Layer.provide(Layer.succeed(DatabaseCheck, { check: says })),
        Layer.provide(Logger.layer([logger]))
      )
    })
  )

/** The same where nothing is set. */
export const layerTestRunner = testRunner()
