import { assert, describe, it } from "@effect/vitest"
import { Internal, InvalidInput, NotAllowed } from "../src/CallError.ts"
import { InstallUnavailable } from "../src/CapabilityGate.ts"
import { personName } from "../src/ClientSummary.ts"
import { DataSourceError } from "../src/DataSourceError.ts"
import { ReadErrorCode } from "../src/ReadError.ts"

describe("personName", () => {
  it.each([
    ["Ada", "Moreau", "Ada Moreau"],
    ["Ada", null, "Ada"],
    [null, "Moreau", "Moreau"],
    [" Ada", "Moreau ", "Ada Moreau"],
    ["", " ", null],
    [null, null, null]
  ])("of %j and %j is %j", (first, last, name) => {
    assert.strictEqual(personName(first, last), name)
  })
})

describe("A read error", () => {
  const errors = [
    new NotAllowed({ reason: "capability", missing: "cap:client.read" }),
    new NotAllowed({ reason: "rbac", missing: "client:read" }),
    new InvalidInput({ field: "page", why: "must be 1 to 10000" }),
    new Internal({ cause: new Error("private") })
  ]

  it("has one of the three codes, and each code has an error", () => {
    assert.deepEqual(new Set(errors.map((error) => error.code)), new Set(ReadErrorCode.literals))
  })

  it("says what is wrong, and nothing of the cause", () => {
    assert.deepEqual(
      errors.map((error) => error.message),
      ["the install lacks cap:client.read", "the user lacks client:read", "page must be 1 to 10000", "the call failed"]
    )
  })
})

describe("DataSourceError", () => {
  it.each([
    ["unavailable", true, "is unavailable"],
    ["timeout", true, "timed out"],
    ["failed", false, "refused the read"],
    ["corrupt", false, "is corrupt"]
  ] as const)("of reason %s is retryable: %s", (reason, retryable, text) => {
    const error = new DataSourceError({ reason, operation: "ClientReader.list", cause: new Error("private") })
    assert.deepEqual([error._tag, error.retryable], ["DataSourceError", retryable])
    assert.strictEqual(error.message, `ClientReader.list: the data source ${text}`)
  })
})

describe("InstallUnavailable", () => {
  it.each([
    ["unknown", "unknown install"],
    ["disabled", "install is disabled"],
    ["tenant-suspended", "tenant is suspended"]
  ] as const)("of reason %s says: %s", (reason, text) => {
    assert.strictEqual(new InstallUnavailable({ reason }).message, text)
  })
})
