/// <reference path="../world.d.ts" />
import { callRoute } from "alga:extension/ui-proxy"
import type { UiProxyHost } from "@alga-psa/extension-runtime"
import { hostCall } from "../hostCall.ts"
import { lift } from "../lift.ts"
import { bytes, option, text } from "../lower.ts"

const route = async (name: string, payload?: Uint8Array | null): Promise<Uint8Array> => {
  const [target, body] = [text(name, "route"), option(bytes)(payload, "payload")]
  return lift(hostCall("uiProxy.callRoute", () => callRoute(target, body)))
}

/** `host.uiProxy` over the world. */
export const binding: UiProxyHost = { callRoute: route, call: route }
