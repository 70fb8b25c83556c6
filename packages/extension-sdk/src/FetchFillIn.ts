/// <reference path="./internal/world.d.ts" />
import "./WebFillIns.ts"
import { fetch as send } from "alga:extension/http"
import { hostCall } from "./internal/hostCall.ts"
import { lift } from "./internal/lift.ts"
import { setGlobal } from "./internal/setGlobal.ts"
import { httpRequest } from "./internal/shapes.ts"
import { fetchOver } from "./internal/web/fetchOver.ts"

/** Gives a component `fetch` over `host.http`. It is bundled where the code uses it. */
const value = fetchOver({
  fetch: async (request) => {
    const lowered = httpRequest(request, "request")
    return lift(hostCall("http.fetch", () => send(lowered)))
  }
})
setGlobal("fetch", value)
