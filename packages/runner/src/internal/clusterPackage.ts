import { type Effect, Schema } from "effect"
import manifest from "../../package.json" with { type: "json" }
import { fromOptional } from "./optionalPackage.ts"

const name = "@alga-psa/ext-runner-cluster"

/** What makes several runners one is a package of its own, which is not installed. */
export class ClusterNotInstalled extends Schema.TaggedError<ClusterNotInstalled>()("ClusterNotInstalled", {}) {
  override get message(): string {
    return `${name} is not installed: npm install ${name}@${manifest.version}`
  }
}

/** Loads a module of `@alga-psa/ext-runner-cluster`, which a runner that is alone does without. */
export const fromCluster = <A>(load: () => Promise<A>): Effect.Effect<A, ClusterNotInstalled> =>
  fromOptional(name, load, () => new ClusterNotInstalled())
