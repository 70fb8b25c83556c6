import type { ExecuteRequest, ExecuteResponse } from "@alga-psa/extension-runtime"
import type { HostBindings } from "./HostBindings.ts"

/**
 * What an extension is: one function from a request to its response. It may be `async` on every engine, as long as it
 * waits for host calls and for what it starts itself.
 */
export type Handler = (request: ExecuteRequest, host: HostBindings) => Promise<ExecuteResponse> | ExecuteResponse

/**
 * Types a handler where it is written. It stays a plain function that a unit test can call.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, defineHandler, jsonResponse } from "@alga-psa/ext-extension-sdk"
 *
 * const handle = defineHandler(async (_request, host) => jsonResponse(await host.services.list({ isActive: true })))
 * const context = { tenantId: "tenant", extensionId: "extension" }
 * const { status } = await handle({ context, http: { method: "GET", url: "/", headers: [] } }, createMockHostBindings())
 * console.log(status) // 200
 * ```
 */
export const defineHandler = (handler: Handler): Handler => handler
