// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.
/// <reference path="./world.d.ts" />
import * as clients from "alga:extension/clients"
import * as services from "alga:extension/services"
import type { ResourceImports } from "../resourceData.ts"

/** The interfaces of the resources in the world. */
export const resourceImports: ResourceImports = { clients, services }
