// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.
/// <reference path="../resources/world.d.ts" />
import * as functions from "alga:extension/clients"
import type { ClientsHost } from "../../Clients.ts"
import { readsOf } from "../reads.ts"
import { clients } from "../resources/clients.ts"

/** `host.clients` over the world. */
export const binding = readsOf("clients", clients, functions) as ClientsHost
