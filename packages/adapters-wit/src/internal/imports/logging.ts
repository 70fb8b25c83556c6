import { Invocation } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import { ok } from "../../HostCall.ts"
import type { Limits } from "../../Limits.ts"
import { logLine } from "../host/logLine.ts"
import { hostFunction, hostInterface } from "./hostFunction.ts"

/** The interface `logging` for one execution, which has the lines of the limits to itself. */
export const loggingInterface = ({ logLines, logLineBytes }: Pick<Limits, "logLines" | "logLineBytes">) => {
  let lines = 0
  const write = (log: (line: string) => Effect.Effect<void>) =>
    hostFunction(
      Schema.Tuple([Schema.String]),
      Effect.fnUntraced(function* ([message]) {
        const { tenantId: tenant, extensionId: extension, installId: install, requestId } = yield* Invocation
        lines += 1
        const entry =
          lines <= logLines
            ? log(logLine(message, logLineBytes))
            : Effect.when(
                Effect.logWarning(`the extension wrote more than ${logLines} log lines; the rest is dropped`),
                Effect.sync(() => lines === logLines + 1)
              )
        yield* Effect.annotateLogs(entry, { source: "extension", tenant, extension, install, requestId })
        return ok(null)
      })
    )
  return hostInterface({
    logInfo: write(Effect.logInfo),
    logWarn: write(Effect.logWarning),
    logError: write(Effect.logError)
  })
}
