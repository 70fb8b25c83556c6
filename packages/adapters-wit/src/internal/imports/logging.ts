import { Buffer } from "node:buffer"
import { Invocation } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import { ok } from "../../HostCall.ts"
import type { Limits } from "../../Limits.ts"
import { logLine } from "../host/logLine.ts"
import { always, hostFunction, hostInterface } from "./hostFunction.ts"

const message = Schema.Tuple([Schema.String])

/** The arguments of the interface's functions. */
export const loggingArguments = { logInfo: message, logWarn: message, logError: message }

/** The interface `logging` for one execution, which has the lines and bytes of the limits to itself. */
export const loggingInterface = ({
  logBytes,
  logLineBytes,
  logLines
}: Pick<Limits, "logLines" | "logLineBytes" | "logBytes">) => {
  let lines = 0
  let bytes = 0
  let dropping = false

  const entry = (message: string, log: (line: string) => Effect.Effect<void>): Effect.Effect<void> => {
    if (dropping) return Effect.void
    const line = logLine(message, logLineBytes)
    lines += 1
    bytes += Buffer.byteLength(line)
    dropping = lines > logLines || bytes > logBytes
    const limit = lines > logLines ? `${logLines} log lines` : `${logBytes} bytes of log lines`
    return dropping ? Effect.logWarning(`the extension wrote more than ${limit}; the rest is dropped`) : log(line)
  }

  const write = (operation: string, log: (line: string) => Effect.Effect<void>) =>
    hostFunction(message, ([message]) =>
      always(
        operation,
        Effect.gen(function* () {
          const { tenantId: tenant, extensionId: extension, installId: install, requestId } = yield* Invocation
          yield* Effect.annotateLogs(entry(message, log), {
            source: "extension",
            tenant,
            extension,
            install,
            requestId
          })
          return ok(null)
        })
      )
    )
  return hostInterface({
    logInfo: write("logging.log-info", Effect.logInfo),
    logWarn: write("logging.log-warn", Effect.logWarning),
    logError: write("logging.log-error", Effect.logError)
  })
}
