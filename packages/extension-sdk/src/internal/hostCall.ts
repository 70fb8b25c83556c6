import { HostError, type HostErrorCode, type HostErrorOptions } from "../HostError.ts"
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

/** How many frames a stack holds: some 20 of the SDK's own lie between a host call and the line of the author's that made it. */
const frames = 60

/** An error whose stack reaches the author's own code. QuickJS keeps ten frames where nothing else is said. */
export const hostError = (operation: string, code: HostErrorCode, options?: HostErrorOptions): HostError => {
  const before = Reflect.get(Error, "stackTraceLimit")
  Reflect.set(Error, "stackTraceLimit", frames)
  const error = new HostError(operation, code, options)
  Reflect.set(Error, "stackTraceLimit", before)
  return error
}

/**
 * What a failed import throws, as one `HostError`. The engines throw an object with the code as `payload` (not of this
 * realm on StarlingMonkey) or the bare code; anything else is `internal`, with the thrown value as its cause. `why` is asked
 * where the host says `invalid-input`.
 */
export const toHostError = (operation: string, thrown: unknown, why: () => string | null = () => null): HostError => {
  const code = typeof thrown === "object" && thrown !== null && "payload" in thrown ? thrown.payload : thrown
  if (typeof code !== "string" || !known.has(code)) return hostError(operation, "internal", { cause: thrown })
  return hostError(operation, code as HostErrorCode, code === "invalid-input" ? { why: why() } : {})
}

/** Calls the host, which answers at once, or throws a `HostError`. */
export const hostCall = <Answer>(operation: string, call: () => Answer, why?: () => string | null): Answer => {
  refuseWhileLoading(operation)
  try {
    return call()
  } catch (thrown) {
    throw toHostError(operation, thrown, why)
  }
}
