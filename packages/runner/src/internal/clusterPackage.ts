import { Effect, Schema } from "effect"
import manifest from "../../package.json" with { type: "json" }

const name = "@alga-psa/ext-runner-cluster"

/** What makes several runners one is a package of its own, which is not installed. */
export class ClusterNotInstalled extends Schema.TaggedError<ClusterNotInstalled>()("ClusterNotInstalled", {}) {
  override get message(): string {
    return `${name} is not installed: npm install ${name}@${manifest.version}`
  }
}

const isMissing = (cause: unknown): boolean =>
  cause instanceof Error &&
  "code" in cause &&
  cause.code === "ERR_MODULE_NOT_FOUND" &&
  cause.message.includes(`'${name}'`)

/** Loads a module of `@alga-psa/ext-runner-cluster`, which a runner that is alone does without. */
export const fromCluster = <A>(load: () => Promise<A>): Effect.Effect<A, ClusterNotInstalled> =>
  Effect.catch(Effect.tryPromise({ try: load, catch: (cause) => cause }), (cause) =>
    isMissing(cause) ? Effect.fail(new ClusterNotInstalled()) : Effect.die(cause)
  )
