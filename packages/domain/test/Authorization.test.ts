import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { Authorization, isEffective, layerAuthorization } from "../src/Authorization.ts"
import type { Capability } from "../src/Capability.ts"
import { CapabilityGate, InstallUnavailable } from "../src/CapabilityGate.ts"
import { DataSourceError } from "../src/DataSourceError.ts"
import { ExtensionId } from "../src/Identifiers.ts"
import { asExecution, Invocation, type InvocationData } from "../src/Invocation.ts"
import { RbacCheck, type RbacSubject } from "../src/RbacCheck.ts"
import { noRights, type UsedRights } from "../src/UsedRights.ts"
import { access, client, install, invocation, only, otherClient, portalUser, staff, tenant, user } from "./ports.ts"

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
      asExecution(execution)(Effect.flatMap(Authorization, run))
  return { asked, layer, within }
}

const down = new DataSourceError({ reason: "unavailable", operation: "test", cause: new Error("down") })

describe("A capability", () => {
  it.each([
    ["that the install has", null, "cap:client.read", true],
    ["that the install lacks", null, "cap:secrets.get", false],
    ["that the caller names", "cap:client.read", "cap:client.read", true],
    ["that the caller leaves out", "cap:service.read", "cap:client.read", false],
    ["that is always granted", "cap:client.read", "cap:log.emit", true]
  ] as const)("%s is effective or not, without being used", (_, providers, capability, effective) => {
    const restrictTo = providers === null ? null : new Set([providers])
    const capabilities = new Set<Capability>(["cap:client.read", "cap:log.emit"])
    assert.strictEqual(isEffective(access({ capabilities }), { ...invocation(), restrictTo }, capability), effective)
  })
})

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
      assert.isNull(
        yield* within(invocation(null, { trigger: "schedule" }))((it) => it.requirePermission("client:read"))
      )
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
    return within(invocation())((it) =>
      Effect.gen(function* () {
        assert.strictEqual(yield* Effect.flip(it.requireCapability("cap:client.read")), down)
        yield* it.requireCapability("cap:client.read")
        assert.strictEqual(yield* Effect.flip(it.requirePermission("client:read")), down)
        assert.deepEqual(yield* it.requirePermission("client:read"), staff)
        assert.strictEqual(asked.length, 4)
      })
    ).pipe(Effect.provide(layer))
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

  it.effect("asks each port once for questions at the same time, and again after one that was given up", () => {
    const { asked, layer, within } = setUp({
      gate: [Effect.never],
      rbac: [Effect.as(Effect.yieldNow, staff)]
    })
    return within(invocation(user))((it) =>
      Effect.gen(function* () {
        const given = yield* Effect.forkChild(it.install, { startImmediately: true })
        yield* Fiber.interrupt(given)
        const questions = Effect.all(
          [it.install, it.requireCapability("cap:client.read"), it.requirePermission("client:read")],
          { concurrency: "unbounded" }
        )
        yield* Effect.all([questions, questions, questions], { concurrency: "unbounded" })
        assert.deepEqual(asked, [
          [tenant, install],
          [tenant, install],
          [tenant, user]
        ])
      })
    ).pipe(Effect.provide(layer))
  })

  it.effect("decides anew for each execution of the same data", () => {
    const { asked, layer, within } = setUp({
      gate: [Effect.succeed(access()), Effect.succeed(access({ capabilities: only() }))]
    })
    const needs = within(invocation())((it) => it.requireCapability("cap:client.read"))
    return Effect.gen(function* () {
      yield* needs
      assert.strictEqual((yield* Effect.flip(needs))._tag, "NotAllowed")
      assert.strictEqual(asked.length, 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("keeps nothing of an execution that nobody ends", () => {
    const { asked, layer } = setUp({
      gate: [Effect.succeed(access()), Effect.succeed(access({ capabilities: only() }))]
    })
    const session = invocation()
    const needs = Effect.flatMap(Authorization, (it) => it.requireCapability("cap:client.read")).pipe(
      Effect.provideService(Invocation, session)
    )
    return Effect.gen(function* () {
      yield* needs
      assert.strictEqual((yield* Effect.flip(needs))._tag, "NotAllowed")
      assert.strictEqual(asked.length, 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect.each([
    ["schedule", true],
    ["webhook", true],
    [null, false],
    ["", false],
    ["manual", false],
    ["SCHEDULE", false]
  ] as const)("of an execution without a user that %j started, the permission is given: %s", ([trigger, given]) => {
    const { asked, layer, within } = setUp({})
    return within(invocation(null, { trigger }))((it) =>
      Effect.gen(function* () {
        const outcome = yield* Effect.exit(it.requirePermission("client:read"))
        assert.strictEqual(outcome._tag === "Success", given)
        assert.deepEqual(asked, [])
      })
    ).pipe(Effect.provide(layer))
  })

  it.effect("counts the permissions of a user whatever started it", () => {
    const { layer, within } = setUp({ rbac: [Effect.succeed(null)] })
    return within(invocation(user, { trigger: "schedule" }))((it) =>
      Effect.map(Effect.flip(it.requirePermission("client:read")), (error) =>
        assert.deepInclude(error, { reason: "rbac", missing: "client:read", why: "unknown-user" })
      )
    ).pipe(Effect.provide(layer))
  })
})

describe("Rights that were used", () => {
  const all = {
    capabilities: ["cap:client.read", "cap:service.read"],
    permissions: ["client:read", "service:read"]
  } as const
  const asStaff: UsedRights = { ...all, subject: { userType: "internal", clientId: null } }

  it.effect("are those that were allowed, and none that was denied", () => {
    const reading = access({ capabilities: only("cap:client.read") })
    const { layer, within } = setUp({
      gate: [Effect.succeed(reading), Effect.succeed(reading)],
      rbac: [Effect.succeed({ ...portalUser(client), permissions: new Set(["client:read"] as const) })]
    })
    return Effect.gen(function* () {
      yield* within(invocation(user))((it) =>
        Effect.gen(function* () {
          assert.deepEqual(yield* it.used, noRights)
          yield* it.requireCapability("cap:client.read")
          yield* Effect.flip(it.requireCapability("cap:service.read"))
          yield* it.requirePermission("client:read")
          yield* Effect.flip(it.requirePermission("service:read"))
          assert.deepEqual(yield* it.used, {
            capabilities: ["cap:client.read"],
            permissions: ["client:read"],
            subject: { userType: "client", clientId: client }
          })
        })
      )
      yield* within(invocation(null, { trigger: "schedule" }))((it) =>
        Effect.gen(function* () {
          yield* it.requireCapability("cap:client.read")
          yield* it.requirePermission("client:read")
          assert.deepEqual(yield* it.used, {
            ...noRights,
            capabilities: ["cap:client.read"],
            permissions: ["client:read"]
          })
        })
      )
    }).pipe(Effect.provide(layer))
  })

  it.effect("are sorted, and named once", () => {
    const { layer, within } = setUp({})
    return within(invocation(user))((it) =>
      Effect.gen(function* () {
        for (const capability of ["cap:service.read", "cap:client.read", "cap:service.read"] as const) {
          yield* it.requireCapability(capability)
        }
        for (const permission of ["service:read", "client:read", "service:read"] as const) {
          yield* it.requirePermission(permission)
        }
        assert.deepEqual(yield* it.used, asStaff)
      })
    ).pipe(Effect.provide(layer))
  })

  const allowed = Effect.succeed(access())
  const known = Effect.succeed<RbacSubject | null>(staff)
  const now = (
    rights: UsedRights,
    gate: typeof allowed | Effect.Effect<never, InstallUnavailable>,
    rbac = known,
    of = invocation(user)
  ) => {
    const { layer, within } = setUp({ gate: [gate], rbac: [rbac] })
    return within(of)((it) => it.requireStill(rights)).pipe(
      Effect.match({
        onSuccess: () => "given",
        onFailure: (error) =>
          error._tag === "NotAllowed" ? `${error.missing} ${error.why ?? "lacking"}` : `${error._tag} ${error.reason}`
      }),
      Effect.provide(layer)
    )
  }

  it.effect("are still there where nothing has changed", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* now(asStaff, allowed), "given")
      assert.strictEqual(yield* now(noRights, allowed), "given")
      const own = { ...all, subject: { userType: "client", clientId: client } } as const
      assert.strictEqual(yield* now(own, allowed, Effect.succeed(portalUser(client))), "given")
      const scheduled = { ...all, subject: null }
      assert.strictEqual(yield* now(scheduled, allowed, known, invocation(null, { trigger: "schedule" })), "given")
      assert.strictEqual(yield* now(noRights, allowed, known, invocation(null)), "given")
    })
  )

  it.effect("are not there where the install is not available", () =>
    Effect.gen(function* () {
      for (const reason of ["unknown", "disabled", "tenant-suspended"] as const) {
        const gone = Effect.fail(new InstallUnavailable({ reason }))
        assert.strictEqual(yield* now(noRights, gone), `InstallUnavailable ${reason}`)
      }
    })
  )

  it.effect("are not there where a capability or a permission is gone, or the user", () =>
    Effect.gen(function* () {
      const less = Effect.succeed(access({ capabilities: only("cap:client.read") }))
      assert.strictEqual(yield* now(asStaff, less), "cap:service.read lacking")
      assert.strictEqual(
        yield* now(asStaff, allowed, known, invocation(user, { restrictTo: only() })),
        "cap:client.read providers"
      )
      const reader = Effect.succeed({ ...staff, permissions: new Set(["client:read"] as const) })
      assert.strictEqual(yield* now(asStaff, allowed, reader), "service:read lacking")
      assert.strictEqual(yield* now(noRights, allowed, Effect.succeed(null)), "user unknown-user")
      assert.strictEqual(yield* now({ ...all, subject: null }, allowed, known, invocation(null)), "client:read no-user")
    })
  )

  it.effect("are not there where the user has gone to another portal or client", () =>
    Effect.gen(function* () {
      const own: UsedRights = { ...all, subject: { userType: "client", clientId: client } }
      const moved = "client:read other-portal"
      assert.strictEqual(yield* now(own, allowed, Effect.succeed(portalUser(otherClient))), moved)
      assert.strictEqual(yield* now(own, allowed, Effect.succeed(portalUser(null))), moved)
      assert.strictEqual(yield* now(own, allowed), moved)
      assert.strictEqual(yield* now(asStaff, allowed, Effect.succeed(portalUser(null))), moved)
      assert.strictEqual(yield* now({ ...all, subject: null }, allowed), moved)
    })
  )
})
