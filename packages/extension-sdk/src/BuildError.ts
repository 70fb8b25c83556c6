/**
 * A component that could not be built. `stage` names the step, `detail` is what its tool said.
 *
 * @example
 * ```ts
 * import { BuildError, buildComponent } from "@alga-psa/ext-extension-sdk/build"
 *
 * await buildComponent({ entry: "src/none.ts", outFile: "dist/main.wasm" }).catch((error) => {
 *   if (error instanceof BuildError) console.error(error.stage, error.detail)
 * })
 * ```
 */
export class BuildError extends Error {
  override readonly name = "BuildError"
  readonly stage: "bundle" | "componentize" | "check"
  readonly entry: string
  readonly detail: string

  constructor(stage: BuildError["stage"], entry: string, detail: string, options?: ErrorOptions) {
    super(`${stage} of ${entry} failed: ${detail}`, options)
    this.stage = stage
    this.entry = entry
    this.detail = detail
  }
}
