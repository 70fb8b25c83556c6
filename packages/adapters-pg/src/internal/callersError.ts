import { Predicate } from "effect"
import { ConnectionError, LockTimeoutError, SqlError, StatementTimeoutError, UnknownError } from "effect/sql/SqlError"

/** The failure of a caller's query function, with the SQLSTATE that the server gave, as the driver's error has it. */
export class CallersError extends Error {
  readonly severity: string | undefined
  readonly code: string | undefined

  constructor(thrown: unknown) {
    super("the query function failed", { cause: thrown })
    const fromServer = causes(thrown).find(hasState)
    this.severity = fromServer?.severity
    this.code = fromServer?.code
  }
}

const hasState = (error: object): error is { readonly severity: string; readonly code: string } =>
  "severity" in error && "code" in error && typeof error.code === "string"

/** An error and what libraries over the driver wrapped in it; no more than five, as it may be a circle. */
const causes = (thrown: unknown): ReadonlyArray<object> => {
  const found: Array<object> = []
  let next = thrown
  while (Predicate.isObject(next) && found.length < 5) {
    found.push(next)
    next = Predicate.hasProperty(next, "cause") ? next.cause : undefined
  }
  return found
}

/** Codes and names of errors by which drivers say that the server could not be reached, or went away. */
const unreached: ReadonlySet<unknown> = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN"],
  ...["CONNECTION_CLOSED", "CONNECTION_DESTROYED", "CONNECT_TIMEOUT", "KnexTimeoutError"]
])

/** What `pg` says without a code. */
const lostByPg = /^(Connection terminated|timeout exceeded when trying to connect)/

const isUnreached = (error: object): boolean =>
  ("code" in error && unreached.has(error.code)) ||
  ("name" in error && unreached.has(error.name)) ||
  ("message" in error && lostByPg.test(String(error.message)))

/** The failure of a query function as the client's own. */
export const fromThrown = (thrown: unknown): SqlError => {
  const cause = new CallersError(thrown)
  const { code } = cause
  const props = { cause, message: cause.message, operation: "query" }
  if (code === "57014") return new SqlError({ reason: new StatementTimeoutError(props) })
  if (code === "55P03") return new SqlError({ reason: new LockTimeoutError(props) })
  const mayReturn = code === undefined ? causes(thrown).some(isUnreached) : /^(08|40)/.test(code)
  return new SqlError({ reason: mayReturn ? new ConnectionError(props) : new UnknownError(props) })
}
