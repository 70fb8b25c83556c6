import { inspect } from "node:util"
import {
  ClientId,
  DataSourceError,
  ExtensionId,
  InstallId,
  InstallUnavailable,
  parseCapabilities,
  TenantId,
  UserId
} from "@alga-psa/ext-domain"
import { uuid } from "@alga-psa/ext-domain/testing/uuid"
import { assert, describe, it } from "@effect/vitest"
import { Redacted, Schema } from "effect"
import { ExecuteRequest } from "../src/ExecuteRequest.ts"
import { invocationOf } from "../src/internal/invocation.ts"
import { ofData, ofInstall } from "../src/internal/refusals.ts"

const tenant_id = TenantId.make(uuid(1))
const extension_id = ExtensionId.make(uuid(2))
const install_id = InstallId.make(uuid(3))
const user_id = UserId.make(uuid(4))
const client_id = ClientId.make(uuid(5))
const context = { tenant_id, extension_id, install_id, content_hash: "ab".repeat(32) }

const invocation = (context_: object = {}, rest: object = {}) =>
  invocationOf(
    Schema.decodeUnknownSync(ExecuteRequest)({
      context: { ...context, ...context_ },
      http: { method: "GET", path: "/" },
      ...rest
    }),
    "request-1"
  )

describe("The execution that a request asks for", () => {
  it("has the request's tenant, extension and install, and nothing that it does not name", () => {
    assert.deepEqual(invocation(), {
      tenantId: tenant_id,
      extensionId: extension_id,
      installId: install_id,
      versionId: null,
      contentHash: "ab".repeat(32),
      requestId: "request-1",
      trigger: null,
      user: null,
      restrictTo: null,
      settings: null
    })
  })

  it("has the version and the trigger that the request names", () => {
    const { trigger, versionId } = invocation({ version_id: "v", trigger: "schedule" })
    assert.deepEqual([versionId, trigger], ["v", "schedule"])
  })

  it("has what the caller gave for its ports, sealed", () => {
    const config = { url: "private" }
    const secret_envelope = { ciphertext_b64: "private" }
    const both = invocation({ config }, { secret_envelope })
    assert.notInclude(inspect(both, { depth: null }) + JSON.stringify(both), "private")
    const settings = [both, invocation({ config }), invocation({}, { secret_envelope })].map((given) =>
      given.settings === null ? null : Redacted.value(given.settings)
    )
    assert.deepEqual(settings, [
      { config, secretEnvelope: secret_envelope },
      { config, secretEnvelope: null },
      { config: {}, secretEnvelope: secret_envelope }
    ])
  })

  it("has the user that the request names, whole", () => {
    const user = {
      user_id,
      user_email: "e",
      user_name: "n",
      user_type: "client",
      client_name: "c",
      company_name: "other",
      client_id,
      additional_fields: { a: "b" }
    }
    assert.deepEqual(invocation({}, { user }).user, {
      userId: user_id,
      userEmail: "e",
      userName: "n",
      userType: "client",
      clientName: "c",
      clientId: client_id,
      additionalFields: { a: "b" }
    })
  })

  it("has a user without what the request does not say of it", () => {
    assert.deepEqual(invocation({}, { user: { user_id } }).user, {
      userId: user_id,
      userEmail: "",
      userName: "",
      userType: "",
      clientName: "",
      clientId: null,
      additionalFields: {}
    })
    assert.strictEqual(invocation({}, { user: { user_id, company_name: "other" } }).user?.clientName, "other")
  })

  it("is restricted to the capabilities that the request names", () => {
    assert.deepEqual(
      invocation({}, { providers: ["cap:client.read", "made:up"] }).restrictTo,
      parseCapabilities(["cap:client.read"])
    )
  })
})

describe("An execution that is refused", () => {
  it.each([
    ["unknown", "unknown_install", 404],
    ["disabled", "install_disabled", 403],
    ["tenant-suspended", "tenant_suspended", 403]
  ] as const)("says of an install that is %s no more than %s", (reason, code, status) => {
    const error = ofInstall(new InstallUnavailable({ reason }))
    assert.deepEqual([error.code, error.detail, error.status], [code, "", status])
  })

  it.each([
    ["unavailable", "data_unavailable", 503],
    ["failed", "internal", 500]
  ] as const)("says of rights that could not be read (%s) no more than %s", (reason, code, status) => {
    const cause = new DataSourceError({ reason, operation: "rights", cause: "private" })
    const error = ofData(cause)
    assert.deepEqual([error.code, error.detail, error.status, error.cause], [code, "", status, cause])
  })
})
