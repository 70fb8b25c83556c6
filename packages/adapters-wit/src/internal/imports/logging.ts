import { Buffer } from "node:buffer"
import { Invocation, type InvocationData } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import type { GuestLine } from "../../GuestLines.ts"
import { ok } from "../../HostCall.ts"
import type { Limits } from "../../Limits.ts"
import { logLine } from "../host/logLine.ts"
import { always, hostFunction, hostInterface } from "./hostFunction.ts"

const message = Schema.Tuple([Schema.String])

/** The arguments of the interface's functions. */
export const loggingArguments = { logInfo: message, logWarn: message, logError: message }

const writers: Readonly<Record<GuestLine["level"], (line: string) => Effect.Effect<void>>> = {
  info: Effect.logInfo,
  warn: Effect.logWarning,
  error: Effect.logError
}

/** The interface `logging` for one execution, which has the lines and bytes of the limits to itself. Each line is told too. */
export const loggingInterface = (
  { logBytes, logLineBytes, logLines }: Pick<Limits, "logLines" | "logLineBytes" | "logBytes">,
  tell: (line: GuestLine) => void
) => {
  let lines = 0
  let bytes = 0
  let dropping = false

  const entry = (given: string, level: GuestLine["level"], invocation: InvocationData): Effect.Effect<void> => {
    if (dropping) return Effect.void
    const message = logLine(given, logLineBytes)
    lines += 1
    bytes += Buffer.byteLength(message)
    dropping = lines > logLines || bytes > logBytes
    const limit = lines > logLines ? `${logLines} log lines` : `${logBytes} bytes of log lines`
    if (dropping) return Effect.logWarning(`the extension wrote more than ${limit}; the rest is dropped`)
    tell({ invocation, level, message, isCut: Buffer.byteLength(given) > logLineBytes })
    return writers[level](message)
  }

  const write = (level: GuestLine["level"]) =>
    hostFunction(message, ([message]) =>
      always(
        `logging.log-${level}`,
        Effect.gen(function* () {
          const invocation = yield* Invocation
          yield* Effect.annotateLogs(entry(message, level, invocation), {
            source: "extension",
            tenant: invocation.tenantId,
            extension: invocation.extensionId,
            install: invocation.installId,
            requestId: invocation.requestId
          })
          return ok(null)
        })
      )
    )
  return hostInterface({ logInfo: write("info"), logWarn: write("warn"), logError: write("error") })
}
