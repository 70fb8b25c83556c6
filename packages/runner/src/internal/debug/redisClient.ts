import { Effect, Redacted, Schema, type Scope } from "effect"
import manifest from "../../../package.json" with { type: "json" }
import { fromOptional } from "../optionalPackage.ts"
import type { StreamEntry } from "./waitingEntries.ts"

const name = "@redis/client"

/** What talks to Redis is a package of its own, which is not installed. */
export class RedisClientNotInstalled extends Schema.TaggedError<RedisClientNotInstalled>()(
  "RedisClientNotInstalled",
  {}
) {
  override get message(): string {
    const range = manifest.peerDependencies[name]
    return `RUNNER_DEBUG_REDIS_URL is set, and ${name} is not installed: npm install ${name}@${range}`
  }
}

/** Redis did not take what it was sent. It holds the name of the fault, and nothing of an address or an entry. */
export class RedisAway extends Schema.TaggedError<RedisAway>()("RedisAway", { fault: Schema.String }) {
  override get message(): string {
    return `Redis does not take lines: ${this.fault}`
  }
}

/** The client's library, which a runner without a debug stream does without. */
export const loadRedisClient = fromOptional(
  name,
  // biome-ignore lint/style/noRestrictedImports: the one place that loads it, and says what to install
  () => import("@redis/client"),
  () => new RedisClientNotInstalled()
)

/** The system's name of a fault, else the first word of what Redis answered, such as NOAUTH. A message may hold the address. */
const faultOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "unknown"
  const code =
    "code" in error && typeof error.code === "string" ? error.code : /^[A-Z]{3,20}(?= )/.exec(error.message)?.[0]
  return code !== undefined && /^[A-Z][A-Z0-9_]{1,63}$/.test(code)
    ? code
    : error.constructor.name.replaceAll(/[^A-Za-z]/g, "")
}

const away = (error: unknown) => new RedisAway({ fault: faultOf(error) })

/** Longest streams that the product keeps; about as many, as Redis drops entries by blocks. */
const mostEntries = 2_000

/** A connection to Redis. It does not reconnect: once it is closed it stays so. */
export interface RedisConnection {
  readonly isOpen: () => boolean
  /** Appends entries to their streams, and gives the fault of each that was refused. */
  readonly send: (entries: ReadonlyArray<StreamEntry>) => Effect.Effect<ReadonlyArray<RedisAway>>
}

/** Connects to Redis, until the scope closes. */
export const connectRedis = (
  { createClient }: Effect.Success<typeof loadRedisClient>,
  url: Redacted.Redacted
): Effect.Effect<RedisConnection, RedisAway, Scope.Scope> =>
  Effect.gen(function* () {
    const client = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const made = createClient({
          url: Redacted.value(url),
          // What every Redis speaks, and nothing said beside.
          RESP: 2,
          disableClientInfo: true,
          maintNotifications: "disabled",
          disableOfflineQueue: true,
          socket: { reconnectStrategy: false, connectTimeout: 5_000 }
        })
        // What is sent fails by itself; without a listener the process would end.
        made.on("error", () => {})
        return made
      }),
      (made) => Effect.ignore(Effect.try({ try: () => made.destroy(), catch: away }))
    )
    yield* Effect.tryPromise({ try: () => client.connect(), catch: away })
    const trim = { TRIM: { strategy: "MAXLEN", strategyModifier: "~", threshold: mostEntries } } as const
    return {
      isOpen: () => client.isReady,
      send: (entries) =>
        Effect.map(
          Effect.promise(() =>
            Promise.allSettled(entries.map(({ fields, stream }) => client.xAdd(stream, "*", { ...fields }, trim)))
          ),
          (all) => all.flatMap((one) => (one.status === "rejected" ? [away(one.reason)] : []))
        )
    }
  })
