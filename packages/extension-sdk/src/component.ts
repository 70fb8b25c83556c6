/// <reference path="./internal/world.d.ts" preserve="true" />
/**
 * The shell of a component: `export const handler = serve(handle)`. It imports the world, which is there in a component
 * and nowhere else: keep it out of what a unit test imports.
 *
 * @module @alga-psa/ext-extension-sdk/component
 */
import "./FillIns.ts"
import { logError, logInfo, logWarn } from "alga:extension/logging"
import type { Handler } from "./Handler.ts"
import { connectHost } from "./Host.ts"
import { bindings } from "./internal/bindings.ts"
import { connectLog } from "./internal/Console.ts"
import { beginLoading } from "./internal/loading.ts"
import { shell } from "./internal/Shell.ts"

const log = { info: logInfo, warn: logWarn, error: logError }

connectHost(bindings)
beginLoading()

/** The host of this component. A handler is given it as its second argument. */
export const host = bindings

/**
 * Makes a handler what a component exports under the name `handler`. Its log lines go to the host.
 *
 * @example
 * ```ts
 * import { defineHandler, jsonResponse } from "@alga-psa/ext-extension-sdk"
 * import { serve } from "@alga-psa/ext-extension-sdk/component"
 *
 * export const handler = serve(defineHandler((request) => jsonResponse({ url: request.http.url })))
 * ```
 */
export const serve = (handler: Handler): ((request: World.ExecuteRequest) => World.ExecuteResponse) => {
  const run = shell(handler, host)
  return (request) => {
    connectLog((level, message) => log[level](message))
    return run(request)
  }
}
