import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Authorization, layerAuthorization } from "../src/Authorization.ts"
import type { Capability } from "../src/Capability.ts"
import { CapabilityGate, InstallUnavailable } from "../src/CapabilityGate.ts"
import { DataSourceError } from "../src/DataSourceError.ts"
import { ExtensionId } from "../src/Identifiers.ts"
import { Invocation, type InvocationData } from "../src/Invocation.ts"
import { RbacCheck } from "../src/RbacCheck.ts"
import { access, install, invocation, only, staff, tenant, user } from "./ports.ts"

const setUp = (answers: {
  readonly gate?: ReadonlyArray<ReturnType<CapabilityGate["Service"]["access"]>>
  readonly rbac?: ReadonlyArray<ReturnType<RbacCheck["Service"]["subject"]>>
}) => {
  const asked: Array<ReadonlyArray<unknown>> = []
  const next = <A>(queue: ReadonlyArray<A>, otherwise: A) => {
    const rest = [...queue]
    return (...args: ReadonlyArray<unknown>) => {
      asked.push(args)
      return rest.shift() ?? otherwise
    }
  }
  const layer = layerAuthorization.pipe(
    Layer.provide(
      Layer.merge(
        Layer.succeed(CapabilityGate, {
          access: next(answers.gate ?? [], Effect.succeed(access())),
          accessTo: () => Effect.succeed(access())
        }),
        Layer.succeed(RbacCheck, { subject: next(answers.rbac ?? [], Effect.succeed(staff)) })
      )
    )
  )
  const within =
    (execution: InvocationData) =>
    <A, E, R>(run: (authorization: Authorization["Service"]) => Effect.Effect<A, E, R>) =>
      Effect.provideService(Effect.flatMap(Authorization, run), Invocation, execution)
  return { asked, layer, within }
}

const down = new DataSourceError({ reason: "unavailable", operation: "test", cause: new Error("down") })

describe("Authorization", () => {
  it.effect("asks the gate for the execution's own tenant and install, once per execution", () => {
    const { asked, layer, within } = setUp({})
    return Effect.gen(function* () {
      const execution = invocation()
      yield* within(execution)((it) =>
        Effect.all([it.install, it.requireCapability("cap:client.read"), it.requireCapability("cap:service.read")])
      )
      assert.deepEqual(asked, [[tenant, install]])
      yield* within(invocation())((it) => it.install)
      assert.strictEqual(asked.length, 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("asks for the user once per execution, and not where there is none", () => {
    const { asked, layer, within } = setUp({})
    return Effect.gen(function* () {
      yield* within(invocation(user))((it) =>
        Effect.all([it.requirePermission("client:read"), it.requirePermission("service:read")])
      )
      assert.deepEqual(asked, [[tenant, user]])
      assert.isNull(yield* within(invocation(null))((it) => it.requirePermission("client:read")))
      assert.strictEqual(asked.length, 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("remembers also that there is no such user", () => {
    const { asked, layer, within } = setUp({ rbac: [Effect.succeed(null)] })
    return Effect.gen(function* () {
      const denials = yield* within(invocation(user))((it) =>
        Effect.all([
          Effect.flip(it.requirePermission("client:read")),
          Effect.flip(it.requirePermission("service:read"))
        ])
      )
      assert.deepEqual(
        denials.map((error) => error._tag),
        ["NotAllowed", "NotAllowed"]
      )
      assert.strictEqual(asked.length, 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("asks again after a failure", () => {
    const { asked, layer, within } = setUp({ gate: [Effect.fail(down)], rbac: [Effect.fail(down)] })
    return Effect.gen(function* () {
      const run = within(invocation())
      assert.strictEqual(yield* Effect.flip(run((it) => it.requireCapability("cap:client.read"))), down)
      yield* run((it) => it.requireCapability("cap:client.read"))
      assert.strictEqual(yield* Effect.flip(run((it) => it.requirePermission("client:read"))), down)
      assert.deepEqual(yield* run((it) => it.requirePermission("client:read")), staff)
      assert.strictEqual(asked.length, 4)
    }).pipe(Effect.provide(layer))
  })

  it.effect.each(["unknown", "disabled", "tenant-suspended"] as const)(
    "denies every capability where the install is %s",
    (reason) => {
      const unavailable = new InstallUnavailable({ reason })
      const { layer, within } = setUp({ gate: [Effect.fail(unavailable), Effect.fail(unavailable)] })
      return Effect.gen(function* () {
        const run = within(invocation())
        const error = yield* Effect.flip(run((it) => it.requireCapability("cap:client.read")))
        assert.deepEqual(error._tag === "NotAllowed" && [error.reason, error.missing], [
          "capability",
          "cap:client.read"
        ])
        assert.strictEqual(yield* Effect.flip(run((it) => it.install)), unavailable)
      }).pipe(Effect.provide(layer))
    }
  )

  it.effect("does not know an install of another extension", () => {
    const { layer, within } = setUp({})
    return Effect.gen(function* () {
      const extensionId = ExtensionId.make("99999999-0000-4000-8000-000000000000")
      const run = within(invocation(null, { extensionId }))
      const error = yield* Effect.flip(run((it) => it.install))
      assert.deepEqual(error, new InstallUnavailable({ reason: "unknown" }))
      assert.strictEqual((yield* Effect.flip(run((it) => it.requireCapability("cap:client.read"))))._tag, "NotAllowed")
    }).pipe(Effect.provide(layer))
  })

  it.effect.each([
    { granted: only("cap:client.read"), restrictTo: null, allowed: true },
    { granted: only("cap:client.read"), restrictTo: only("cap:client.read"), allowed: true },
    { granted: only("cap:client.read"), restrictTo: only("cap:service.read"), allowed: false },
    { granted: only("cap:client.read"), restrictTo: only(), allowed: false },
    { granted: only("cap:service.read"), restrictTo: null, allowed: false },
    { granted: only("cap:service.read"), restrictTo: only("cap:client.read"), allowed: false }
  ])("of an install with $granted restricted to $restrictTo, reading clients is allowed: $allowed", (given) => {
    const { layer, within } = setUp({ gate: [Effect.succeed(access({ capabilities: given.granted }))] })
    return Effect.gen(function* () {
      const outcome = yield* within(invocation(null, { restrictTo: given.restrictTo }))((it) =>
        Effect.exit(it.requireCapability("cap:client.read"))
      )
      assert.strictEqual(outcome._tag === "Success", given.allowed)
    }).pipe(Effect.provide(layer))
  })

  it.effect("lets no restriction take away what is always granted", () => {
    const always: ReadonlyArray<Capability> = ["cap:context.read", "cap:log.emit", "cap:user.read"]
    const { layer, within } = setUp({ gate: [Effect.succeed(access({ capabilities: only(...always) }))] })
    return within(invocation(null, { restrictTo: only() }))((it) => Effect.forEach(always, it.requireCapability)).pipe(
      Effect.provide(layer)
    )
  })
})
