import { assert, describe, it } from "@effect/vitest"
import {
  AuthenticationError,
  AuthorizationError,
  ConnectionError,
  DeadlockError,
  LockTimeoutError,
  SerializationError,
  SqlError,
  type SqlErrorReason,
  SqlSyntaxError,
  StatementTimeoutError,
  UniqueViolation,
  UnknownError
} from "effect/sql/SqlError"
import { fromSqlError } from "../src/internal/failure.ts"

/** What the driver makes of a server's message with the given SQLSTATE. */
const said = (code: string) => ({
  cause: Object.assign(new Error("private text"), { severity: "ERROR", code, detail: "private detail" }),
  message: "Query failed"
})

const network = (message: string, code: string) => ({
  cause: Object.assign(new Error(message), { code }),
  message: "Failed to connect"
})

const mapped = (reason: SqlErrorReason) => fromSqlError("ClientReader.list", new SqlError({ reason }))

describe("A driver's error", () => {
  it.each([
    ["08006", new ConnectionError(said("08006")), "unavailable"],
    ["40001", new SerializationError(said("40001")), "unavailable"],
    ["40P01", new DeadlockError(said("40P01")), "unavailable"],
    ["53300", new UnknownError(said("53300")), "unavailable"],
    ["57P01", new UnknownError(said("57P01")), "unavailable"],
    ["57P03", new UnknownError(said("57P03")), "unavailable"],
    ["55P03", new LockTimeoutError(said("55P03")), "timeout"],
    ["57014", new StatementTimeoutError(said("57014")), "timeout"],
    ["22P02", new UnknownError(said("22P02")), "failed"],
    ["23505", new UniqueViolation({ ...said("23505"), constraint: "unknown" }), "failed"],
    ["28P01", new AuthenticationError(said("28P01")), "failed"],
    ["42501", new AuthorizationError(said("42501")), "failed"],
    ["42P01", new SqlSyntaxError(said("42P01")), "failed"],
    ["XX000", new UnknownError(said("XX000")), "failed"]
  ] as const)("of SQLSTATE %s is told by it", (state, reason, expected) => {
    const error = mapped(reason)
    assert.strictEqual(error.reason, expected)
    assert.include(String(error.cause), `${reason._tag} ${state}`)
    assert.notInclude(String(error.cause), "detail")
  })

  it.each(["08006", "28P01", "3D000", "42P01", "53300", "57P03"])(
    "of SQLSTATE %s speaks of objects, and keeps the server's words",
    (state) => {
      assert.include(String(mapped(new UnknownError(said(state))).cause), "private text")
    }
  )

  it.each(["22P02", "23505", "P0001", "XX000"])(
    "of SQLSTATE %s may quote data, and loses the server's words",
    (state) => {
      const error = mapped(new UnknownError(said(state)))
      assert.notInclude(`${(error.cause as Error).stack} ${JSON.stringify(error)}`, "private")
    }
  )

  it("of the network keeps its words", () => {
    const error = mapped(new ConnectionError(network("connect ECONNREFUSED 127.0.0.1:1", "ECONNREFUSED")))
    assert.strictEqual(error.reason, "unavailable")
    assert.include(String(error.cause), "ECONNREFUSED 127.0.0.1:1")
  })

  it("of the network without words has its code", () => {
    const error = mapped(new ConnectionError(network("", "ECONNREFUSED")))
    assert.include(String(error.cause), "ConnectionError: ECONNREFUSED")
  })

  it("of the driver itself loses the words of its cause, which may quote a parameter", () => {
    const error = mapped(new UnknownError({ cause: new Error("private value"), message: "Failed to encode query" }))
    assert.strictEqual(error.reason, "failed")
    assert.strictEqual(String(error.cause), "Error: UnknownError: Failed to encode query")
  })
})
