import {
  CapabilityGate,
  DataSourceError,
  ExtensionId,
  type InstallAccess,
  InstallId,
  InstallUnavailable,
  layerAuthorization,
  noRights,
  parseCapabilities,
  RbacCheck,
  type RbacSubject,
  TenantId,
  type UsedRights,
  UserId
} from "@alga-psa/ext-domain"
import { bareExecution } from "@alga-psa/ext-domain/testing/bareExecution"
import { uuid } from "@alga-psa/ext-domain/testing/uuid"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { AnswerRights, layer } from "../src/AnswerRights.ts"

const access: InstallAccess = {
  installId: InstallId.make(uuid(3)),
  extensionId: ExtensionId.make(uuid(2)),
  versionId: uuid(5),
  capabilities: parseCapabilities(["cap:client.read"]),
  unknownCapabilities: [],
  contentHashes: []
}
const staff: RbacSubject = { userType: "internal", clientId: null, permissions: new Set(["client:read"]) }
const used: UsedRights = {
  capabilities: ["cap:client.read"],
  permissions: ["client:read"],
  subject: { userType: "internal", clientId: null }
}
const execution = bareExecution({
  tenantId: TenantId.make(uuid(1)),
  extensionId: access.extensionId,
  installId: access.installId,
  user: {
    userId: UserId.make(uuid(4)),
    userEmail: "",
    userName: "",
    userType: "",
    clientName: "",
    clientId: null,
    additionalFields: {}
  }
})

type Gate = Effect.Effect<InstallAccess, InstallUnavailable | DataSourceError>

const asked = (
  rights: UsedRights | null,
  gate: Gate = Effect.succeed(access),
  rbac: Effect.Effect<RbacSubject | null, DataSourceError> = Effect.succeed(staff),
  of = execution
) =>
  Effect.flatMap(AnswerRights, ({ mayHave }) => mayHave(of, rights)).pipe(
    Effect.provide(
      layer.pipe(
        Layer.provide(layerAuthorization),
        Layer.provide([
          Layer.succeed(CapabilityGate, { access: () => gate, accessTo: () => gate }),
          Layer.succeed(RbacCheck, { subject: () => rbac })
        ])
      )
    )
  )

const failure = (...given: Parameters<typeof asked>) => Effect.flip(asked(...given))

const said = (...given: Parameters<typeof asked>) =>
  Effect.match(asked(...given), {
    onSuccess: () => "given",
    onFailure: ({ message, status }) => `${status} ${message}`
  })

const refused = "403 not_allowed: the answer that is kept rests on a right that is no longer there"

describe("An answer that was kept", () => {
  it.effect("is given while install, user and the rights that it used are there", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* said(used), "given")
      assert.strictEqual(yield* said(noRights), "given")
    })
  )

  it.effect.each([
    ["unknown", refused],
    ["disabled", "403 install_disabled"],
    ["tenant-suspended", "403 tenant_suspended"]
  ] as const)("is not given where the install is %s: %s", ([reason, answer]) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* said(noRights, Effect.fail(new InstallUnavailable({ reason }))), answer)
    })
  )

  it.effect("is not given where its install is another extension's", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* said(noRights, Effect.succeed({ ...access, extensionId: ExtensionId.make(uuid(9)) })),
        refused
      )
    })
  )

  it.effect("is not given where the user is not active, or a right is gone, or nobody knows which it used", () =>
    Effect.gen(function* () {
      const allowed = Effect.succeed(access)
      assert.strictEqual(yield* said(noRights, allowed, Effect.succeed(null)), refused)
      assert.strictEqual(yield* said(used, Effect.succeed({ ...access, capabilities: new Set() })), refused)
      assert.strictEqual(yield* said(used, allowed, Effect.succeed({ ...staff, permissions: new Set() })), refused)
      assert.strictEqual(yield* said(null), refused)
      const nobody = { ...execution, user: null }
      assert.strictEqual(yield* said({ ...used, subject: null }, allowed, Effect.succeed(null), nobody), refused)
      const scheduled = { ...nobody, trigger: "schedule" }
      assert.strictEqual(yield* said({ ...used, subject: null }, allowed, Effect.succeed(null), scheduled), "given")
    })
  )

  it.effect("says in the log why it is not given, and to the caller no more than that a right is gone", () =>
    Effect.gen(function* () {
      const other = { ...staff, permissions: new Set<never>() }
      for (const [rights, why] of [
        [used, "the user lacks client:read"],
        [null, "a runner of another version kept it"]
      ] as const) {
        const error = yield* failure(rights, Effect.succeed(access), Effect.succeed(other))
        assert.include(String((error.cause as Error | undefined)?.message ?? error.cause), why)
      }
    })
  )

  it.effect.each([
    ["unavailable", "503 data_unavailable"],
    ["corrupt", "500 internal"]
  ] as const)("is not given where the rights are %s: %s", ([reason, answer]) =>
    Effect.gen(function* () {
      const error = new DataSourceError({ reason, operation: "test", cause: new Error("private") })
      assert.strictEqual(yield* said(noRights, Effect.fail(error)), answer)
      assert.strictEqual(yield* said(noRights, Effect.succeed(access), Effect.fail(error)), answer)
    })
  )
})
