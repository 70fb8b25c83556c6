import { HostError, type HostErrorCode } from "../HostError.ts"
import { refuseWhileLoading } from "./loading.ts"

const known: ReadonlySet<string> = new Set<HostErrorCode>([
  "not-allowed",
  "invalid-input",
  "internal",
  "missing",
  "denied",
  "expired",
  "invalid-url",
  "transport",
  "conflict",
  "route-not-found",
  "bad-request",
  "not-available",
  "not-found",
  "validation-failed",
  "quota-exceeded"
])

/**
 * What a failed import throws, as one `HostError`. The engines throw an object with the code as `payload` (not of this
 * realm on StarlingMonkey) or the bare code; anything else is `internal`, with the thrown value as its cause.
 */
export const toHostError = (operation: string, thrown: unknown): HostError => {
  const code = typeof thrown === "object" && thrown !== null && "payload" in thrown ? thrown.payload : thrown
  return typeof code === "string" && known.has(code)
    ? new HostError(operation, code as HostErrorCode)
    : new HostError(operation, "internal", { cause: thrown })
}

/** Calls the host, which answers at once, or throws a `HostError`. */
export const hostCall = <Answer>(operation: string, call: () => Answer): Answer => {
  refuseWhileLoading(operation)
  try {
    return call()
  } catch (thrown) {
    throw toHostError(operation, thrown)
  }
}
