// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.
/// <reference path="../resources/world.d.ts" />
import * as functions from "alga:extension/clients-v2"
import type { ClientsV2Host } from "../../ClientsV2.ts"
import { readsOf } from "../reads.ts"
import { clientsV2 } from "../resources/clientsV2.ts"

/** `host.clientsV2` over the world. */
export const binding = readsOf("clientsV2", clientsV2, functions) as ClientsV2Host
