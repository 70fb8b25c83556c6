/// <reference path="../world.d.ts" />
import { logError, logInfo, logWarn } from "alga:extension/logging"
import type { LoggingHost } from "@alga-psa/extension-runtime"
import { text } from "../lower.ts"

/** `host.logging` over the world. */
export const binding: LoggingHost = {
  info: async (message) => logInfo(text(message, "message")),
  warn: async (message) => logWarn(text(message, "message")),
  error: async (message) => logError(text(message, "message"))
}
