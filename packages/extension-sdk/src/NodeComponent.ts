/// <reference path="./internal/world.d.ts" preserve="true" />
/**
 * The shell of a component for Node: it stands in for `@alga-psa/ext-extension-sdk/component` where a handler runs there, to be
 * debugged. Its host is asked by functions that wait for the answer, as a component's is.
 */
import { logError, logInfo, logWarn } from "alga:extension/logging"
import { errorResponse } from "./ErrorResponse.ts"
import type { Handler } from "./Handler.ts"
import { connectHost } from "./Host.ts"
import { bindings } from "./internal/bindings.ts"
import { connectLog, hostConsole, type LogLevel, report } from "./internal/Console.ts"
import { lift } from "./internal/lift.ts"
import { beginRequest } from "./internal/requestFacts.ts"
import { executeResponse } from "./internal/shapes.ts"
import { fetchOver } from "./internal/web/fetchOver.ts"

const log = { info: logInfo, warn: logWarn, error: logError } as const satisfies Record<LogLevel, unknown>

type Log = (...values: ReadonlyArray<unknown>) => void

const console: Record<string, Log> = Reflect.get(globalThis as { console?: unknown }, "console") as never

/** Each line goes to the host's log, and to the debugger that looks on. */
for (const [name, toHost] of Object.entries(hostConsole as unknown as Readonly<Record<string, Log>>)) {
  const original = console[name]
  console[name] = (...values) => {
    original?.(...values)
    ;(toHost as Log)(...values)
  }
}

connectLog((level, message) => log[level](message))
connectHost(bindings)
Reflect.set(globalThis, "fetch", fetchOver(bindings.http))

/** The host of this handler. */
export const host = bindings

/** Makes a handler what the program that loads it calls: as in a component, but that it may wait. */
export const serve =
  (handler: Handler) =>
  async (request: World.ExecuteRequest): Promise<World.ExecuteResponse> => {
    try {
      const { context, http } = lift(request)
      // Requests may overlap here. They all belong to one install, and only its grants are asked for.
      const headers = beginRequest(http.headers)
      return executeResponse(await handler({ context, http: { ...http, headers } }, host), "the handler's response")
    } catch (error) {
      report("error", ["the handler failed:", error])
      return executeResponse(errorResponse("internal"), "response")
    }
  }
