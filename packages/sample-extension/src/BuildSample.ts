import { fileURLToPath } from "node:url"
import { type BuiltExtension, buildExtension } from "@alga-psa/ext-extension-build"
import { Effect } from "effect"

const root = fileURLToPath(new URL("..", import.meta.url))

/** Builds the sample as `alga-ext pack` does, or finds the build that is there. Rejects with an `ExtensionInvalid`. */
export const buildSample = (): Promise<BuiltExtension> =>
  // The repository checks their types with everything else.
  Effect.runPromise(buildExtension({ folder: root, types: false }))
