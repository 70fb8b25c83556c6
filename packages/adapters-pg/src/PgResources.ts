import type { KnownResource } from "@alga-psa/ext-domain/Resources"
import { clientColumns, clientIndexes, layerClientReader } from "./PgClientReader.ts"
import type { PgResource } from "./PgResource.ts"
import { layerServiceReader, serviceColumns, serviceIndexes } from "./PgServiceReader.ts"

/** Every resource. */
export const pgResources: {
  readonly [Resource in KnownResource as Resource["name"]]: PgResource<Resource["Reader"]["Identifier"]>
} = {
  clients: { reader: layerClientReader, columns: clientColumns, indexes: clientIndexes },
  services: { reader: layerServiceReader, columns: serviceColumns, indexes: serviceIndexes }
}
