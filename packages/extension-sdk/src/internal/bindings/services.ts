// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.
/// <reference path="../resources/world.d.ts" />
import * as functions from "alga:extension/services"
import type { ServicesHost } from "../../Services.ts"
import { readsOf } from "../reads.ts"
import { services } from "../resources/services.ts"

/** `host.services` over the world. */
export const binding = readsOf("services", services, functions) as ServicesHost
