/// <reference path="../world.d.ts" />
import { fetch } from "alga:extension/http"
import type { HttpHost } from "@alga-psa/extension-runtime"
import { hostCall } from "../hostCall.ts"
import { lift } from "../lift.ts"
import { httpRequest } from "../shapes.ts"

/** `host.http` over the world. */
export const binding: HttpHost = {
  fetch: async (request) => {
    const lowered = httpRequest(request, "request")
    return lift(hostCall("http.fetch", () => fetch(lowered)))
  }
}
