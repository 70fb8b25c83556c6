import { Layer } from "effect"
import { layerMemoryData } from "../src/contract/ContractData.ts"
import { layerStore } from "../src/MemoryStore.ts"
import { layerNotes, notesContract } from "../testing/InventedNotes.ts"

notesContract("memory", Layer.provideMerge(Layer.merge(layerNotes, layerMemoryData), layerStore()))
