import { Context, Effect, Layer } from "effect"
import { type Dataset, mergeDatasets } from "../Dataset.ts"
import { MemoryStore } from "../MemoryStore.ts"

/** How a contract suite puts its rows where the adapter under test reads them. */
export interface ContractDataService {
  /** Adds rows. Every suite loads its own, under ids that no other test uses. */
  readonly load: (rows: Partial<Dataset>) => Effect.Effect<void>
}

/** The data behind the adapter under test. */
export class ContractData extends Context.Service<ContractData, ContractDataService>()(
  "@alga-psa/ext-adapters-memory/ContractData"
) {}

/** Adds the rows of all these parts. */
export const load = (...parts: ReadonlyArray<Partial<Dataset>>): Effect.Effect<void, never, ContractData> =>
  Effect.flatMap(ContractData, (data) => data.load(mergeDatasets(...parts)))

/** Loads into {@link MemoryStore}. */
export const layerMemoryData: Layer.Layer<ContractData, never, MemoryStore> = Layer.effect(
  ContractData,
  Effect.map(MemoryStore, (store) => ContractData.of({ load: store.load }))
)
