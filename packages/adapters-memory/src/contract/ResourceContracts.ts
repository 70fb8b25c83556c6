import type { KnownResource, ResourceReader } from "@alga-psa/ext-domain/Resources"
import type { Layer } from "effect"
import { clientReaderContract } from "./ClientReaderContract.ts"
import type { ContractData } from "./ContractData.ts"
import { serviceReaderContract } from "./ServiceReaderContract.ts"

/** The suite of every resource's reader. */
const suites: {
  readonly [Resource in KnownResource as Resource["name"]]: <E>(
    name: string,
    adapter: Layer.Layer<Resource["Reader"]["Identifier"] | ContractData, E>
  ) => void
} = { clients: clientReaderContract, services: serviceReaderContract }

/** Every guarantee of the reader of every resource. */
export const resourceContracts = <E>(name: string, adapter: Layer.Layer<ResourceReader | ContractData, E>): void => {
  for (const suite of Object.values(suites)) suite(name, adapter)
}
