// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.
/// <reference path="../resources/world.d.ts" />
import * as functions from "alga:extension/services-v2"
import type { ServicesV2Host } from "../../ServicesV2.ts"
import { readsOf } from "../reads.ts"
import { servicesV2 } from "../resources/servicesV2.ts"

/** `host.servicesV2` over the world. */
export const binding = readsOf("servicesV2", servicesV2, functions) as ServicesV2Host
