import { stat } from "node:fs/promises"
import { join } from "node:path"
import { layerArchives, layerTemporaryComponentStore, review, reviewedFile } from "@alga-psa/ext-adapters-wit"
import { Effect, Layer, Schema } from "effect"
import { UsageWrong } from "../ExitCode.ts"
import type { ReviewedBundle } from "./BundleDiff.ts"

/** A bundle that a host would refuse. */
export class BundleRefused extends Schema.TaggedError<BundleRefused>()("BundleRefused", { message: Schema.String }) {}

const isFolder = (path: string) =>
  Effect.promise(() =>
    stat(path).then(
      (found) => found.isDirectory(),
      () => false
    )
  )

/** A bundle for a review, opened and taken in as a host does it. `path` is the bundle, or the extension's folder with its packed one. */
export const readBundle = Effect.fnUntraced(function* (path: string) {
  const inFolder = yield* isFolder(path)
  const file = inFolder ? join(path, "dist/bundle.tar.zst") : path
  const bytes = yield* Effect.mapError(
    reviewedFile(file),
    ({ message }) => new UsageWrong({ message: inFolder ? `${message}: run alga-ext pack there` : message })
  )
  const { bundle, component } = yield* review(bytes).pipe(
    Effect.provide(Layer.merge(layerArchives(), layerTemporaryComponentStore({ spare: false }))),
    Effect.mapError(({ message }) => new BundleRefused({ message: `${file}: ${message}` }))
  )
  if (bundle === null) {
    return yield* new UsageWrong({
      message: `${file} is a component: name the bundle around it, which says what it declares`
    })
  }
  return { bundle, component } satisfies ReviewedBundle
})
