import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type BuiltExtension, buildExtension } from "@alga-psa/ext-extension-build"
import type { Engine } from "@alga-psa/ext-extension-sdk/build"
import { Effect } from "effect"

/** What to build. */
export interface BuildSampleOptions {
  /** Default: `quickjs`. */
  readonly engine?: Engine
  /** The folder of the world's WIT files. Default: that of `@alga-psa/ext-adapters-wit`. */
  readonly witDir?: string
  /** Where builds are kept. Default: `dist` of this package. */
  readonly outDir?: string
}

const root = fileURLToPath(new URL("..", import.meta.url))

/** Builds the sample as `alga-ext pack` does, or finds the build that is there. Rejects with an `ExtensionInvalid`. */
export const buildSample = ({ engine, outDir, witDir }: BuildSampleOptions = {}): Promise<BuiltExtension> =>
  Effect.runPromise(
    buildExtension({
      folder: root,
      engine,
      witDir,
      // The repository checks them with everything else.
      types: false,
      buildsDir: outDir === undefined ? undefined : join(outDir, "builds")
    })
  )
