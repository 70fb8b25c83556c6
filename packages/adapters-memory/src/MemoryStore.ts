import { Context, Effect, Layer, Ref } from "effect"
import { type Dataset, dataset, mergeDatasets } from "./Dataset.ts"

/** Rows in memory, which the memory adapters read. */
export interface MemoryStoreService {
  /** All rows, as they are now. */
  readonly rows: Effect.Effect<Dataset>
  /** Adds rows. It checks no key: what it is given is what the adapters read. */
  readonly load: (more: Partial<Dataset>) => Effect.Effect<void>
  /** Replaces all rows by what the function makes of them. */
  readonly update: (change: (rows: Dataset) => Dataset) => Effect.Effect<void>
}

/** The data behind the memory adapters. */
export class MemoryStore extends Context.Service<MemoryStore, MemoryStoreService>()(
  "@alga-psa/ext-adapters-memory/MemoryStore"
) {}

/** A store that starts with the given rows. */
export const layerStore = (initial: Partial<Dataset> = {}): Layer.Layer<MemoryStore> =>
  Layer.effect(
    MemoryStore,
    Effect.map(Ref.make(dataset(initial)), (ref) =>
      MemoryStore.of({
        rows: Ref.get(ref),
        load: (more) => Ref.update(ref, (rows) => mergeDatasets(rows, more)),
        update: (change) => Ref.update(ref, change)
      })
    )
  )
