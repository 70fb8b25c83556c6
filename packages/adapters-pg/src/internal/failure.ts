import { brokenRules } from "@alga-psa/ext-domain/BrokenRules"
import { DataSourceError } from "@alga-psa/ext-domain/DataSourceError"
import { Predicate } from "effect"
import type { SchemaError } from "effect/Schema"
import type { SqlError } from "effect/sql/SqlError"
import { CallersError } from "./callersError.ts"

/** The SQLSTATE that the server gave, or null where the failure is not the server's. */
export const sqlState = (error: SqlError): string | null => {
  const { cause } = error.reason
  return Predicate.hasProperty(cause, "severity") && Predicate.hasProperty(cause, "code") && cause.code !== undefined
    ? String(cause.code)
    : null
}

/**
 * Classes of SQLSTATE whose messages name objects and settings of the server. Others may quote data (22: "invalid
 * input syntax for type uuid: …", 23: "Key (…)=(…) already exists"), and data stays out of the log.
 */
const speaksOfObjects = /^(08|0A|25|28|3D|3F|42|53|55|57|58)/

const shutsDown = /^(57P0|53)/

const textOf = (error: SqlError, state: string | null): string => {
  const { cause } = error.reason
  const fromServer = state !== null && speaksOfObjects.test(state)
  const fromNetwork = state === null && error.reason._tag === "ConnectionError"
  if (!(fromServer || fromNetwork) || !(cause instanceof Error)) return error.message
  return cause.message || (Predicate.hasProperty(cause, "code") ? String(cause.code) : error.message)
}

const reasonOf = (error: SqlError, state: string | null): DataSourceError["reason"] => {
  switch (error.reason._tag) {
    case "StatementTimeoutError":
    case "LockTimeoutError":
      return "timeout"
    default:
      return error.isRetryable || (state !== null && shutsDown.test(state)) ? "unavailable" : "failed"
  }
}

const shutDown: ReadonlySet<string> = new Set(["57P01", "57P02", "57P05"])

/** Whether a connection that was ready ended under the statement. Failing to connect is another matter. */
const lostConnection = (error: SqlError, state: string | null): boolean =>
  error.reason.operation === "query" && (error.reason._tag === "ConnectionError" || shutDown.has(state ?? ""))

/** The cause of an error whose statement lost its connection. */
class ConnectionLost extends Error {}

/** Whether a read failed because its connection was lost under it. */
export const wasLost = (error: unknown): boolean =>
  error instanceof DataSourceError && error.cause instanceof ConnectionLost

/**
 * The driver's error as the ports' own. Its cause holds the SQLSTATE and no value of a parameter or a row; that of a query
 * function is what its owner threw.
 */
export const fromSqlError = (operation: string, error: SqlError): DataSourceError => {
  const state = sqlState(error)
  const { cause } = error.reason
  if (cause instanceof CallersError) return new DataSourceError({ reason: reasonOf(error, state), operation, cause })
  const label = state === null ? error.reason._tag : `${error.reason._tag} ${state}`
  const text = `${label}: ${textOf(error, state)}`
  return new DataSourceError({
    reason: reasonOf(error, state),
    operation,
    cause: lostConnection(error, state) ? new ConnectionLost(text) : new Error(text)
  })
}

/** A row that breaks its schema. The cause names the columns and none of their values. */
export const fromSchemaError = (operation: string, error: SchemaError): DataSourceError => {
  const paths = brokenRules(error.issue).map(({ path }) => path.map(String).join("."))
  return new DataSourceError({
    reason: "corrupt",
    operation,
    cause: new Error(`unexpected value at ${paths.join(", ")}`)
  })
}

/** A statement that did not answer in time. */
export const tooLate = (operation: string): DataSourceError =>
  new DataSourceError({ reason: "timeout", operation, cause: new Error("no answer within the read timeout") })
