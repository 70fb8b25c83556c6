import type { KnownResource } from "@alga-psa/ext-domain/Resources"
import type { Layer } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { IndexDefinition } from "./IndexPack.ts"
import { clientColumns, clientIndexes, layerClientReader } from "./PgClientReader.ts"
import { layerServiceReader, serviceColumns, serviceIndexes } from "./PgServiceReader.ts"
import type { ReadColumns } from "./ReadColumns.ts"

/** A resource over Alga's tables: its reader, the columns that this reads, and the indexes that make it fast. */
export interface PgResource<Reader> {
  readonly reader: Layer.Layer<Reader, never, SqlClient>
  readonly columns: ReadColumns
  readonly indexes: ReadonlyArray<IndexDefinition>
}

/** Every resource. */
export const pgResources: {
  readonly [Resource in KnownResource as Resource["name"]]: PgResource<Resource["Reader"]["Identifier"]>
} = {
  clients: { reader: layerClientReader, columns: clientColumns, indexes: clientIndexes },
  services: { reader: layerServiceReader, columns: serviceColumns, indexes: serviceIndexes }
}
