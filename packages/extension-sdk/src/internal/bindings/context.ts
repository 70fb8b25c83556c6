/// <reference path="../world.d.ts" />
import { getContext } from "alga:extension/context"
import type { HostBindings } from "../../HostBindings.ts"
import { hostCall } from "../hostCall.ts"
import { lift } from "../lift.ts"

/** `host.context` over the world. */
export const binding: HostBindings["context"] = { get: async () => lift(hostCall("context.get", getContext)) }
