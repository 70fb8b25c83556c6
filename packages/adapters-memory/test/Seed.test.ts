import { CapabilityGate } from "@alga-psa/ext-domain/CapabilityGate"
import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import type { InstallId, TenantId, UserId } from "@alga-psa/ext-domain/Identifiers"
import { RbacCheck } from "@alga-psa/ext-domain/RbacCheck"
import { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { assert, layer as suite } from "@effect/vitest"
import { Effect } from "effect"
import { layer } from "../src/MemoryPorts.ts"
import { seed } from "../src/Seed.ts"
import { ids } from "../src/SeedIds.ts"

const { acme, borealis, cobalt } = ids.tenants
const contentHash = `sha256:${"A".repeat(64)}`

const access = (tenant: TenantId, install: InstallId) =>
  Effect.flatMap(CapabilityGate, (gate) => Effect.result(gate.access(tenant, install)))

const reads = (tenant: TenantId, install: InstallId) =>
  Effect.map(access(tenant, install), (result): unknown =>
    result._tag === "Success"
      ? [...result.success.capabilities].filter((name) => name.endsWith(".read") && !/context|user/.test(name))
      : result.failure._tag === "InstallUnavailable" && result.failure.reason
  )

const permissions = (tenant: TenantId, user: UserId) =>
  Effect.flatMap(RbacCheck, (rbac) =>
    Effect.map(rbac.subject(tenant, user), (found) => (found === null ? null : [...found.permissions].sort()))
  )

suite(layer(seed({ contentHash })))("Seed", (it) => {
  it.effect("has installs that may read, and installs that may not for one reason each", () =>
    Effect.gen(function* () {
      const both = ["cap:client.read", "cap:service.read"]
      assert.deepEqual(yield* reads(acme, ids.installs.full), both)
      assert.deepEqual(yield* reads(borealis, ids.installs.borealis), both)
      assert.deepEqual(yield* reads(acme, ids.installs.ungranted), [])
      assert.deepEqual(yield* reads(acme, ids.installs.undeclared), [])
      assert.strictEqual(yield* reads(acme, ids.installs.disabled), "disabled")
      assert.strictEqual(yield* reads(acme, ids.installs.pending), "disabled")
      assert.strictEqual(yield* reads(cobalt, ids.installs.cobalt), "tenant-suspended")
      assert.strictEqual(yield* reads(acme, ids.installs.borealis), "unknown")
    })
  )

  it.effect("installs the archive it was told of", () =>
    Effect.gen(function* () {
      const gate = yield* CapabilityGate
      const { contentHashes } = yield* gate.access(acme, ids.installs.full)
      assert.deepEqual(contentHashes, ["a".repeat(64)])
    })
  )

  it.effect("has users with both permissions, with one, with none, and users who do not count", () =>
    Effect.gen(function* () {
      const both = ["client:read", "service:read"]
      assert.deepEqual(yield* permissions(acme, ids.users.admin), both)
      assert.deepEqual(yield* permissions(acme, ids.users.manager), both)
      assert.deepEqual(yield* permissions(borealis, ids.users.borealisAdmin), both)
      assert.deepEqual(yield* permissions(acme, ids.users.technician), ["client:read"])
      assert.deepEqual(yield* permissions(acme, ids.users.withoutPermission), [])
      assert.deepEqual(yield* permissions(acme, ids.users.portal), ["client:read"])
      assert.deepEqual(yield* permissions(acme, ids.users.portalWithoutContact), ["client:read"])
      assert.deepEqual(yield* permissions(acme, ids.users.portalWithStaffRole), [])
      assert.isNull(yield* permissions(acme, ids.users.inactive))
      assert.isNull(yield* permissions(acme, ids.users.borealisAdmin))
    })
  )

  it.effect("has the named clients and services as their names say", () =>
    Effect.gen(function* () {
      const clients = yield* ClientReader
      const services = yield* ServiceReader
      const evergreen = yield* clients.get(acme, ids.clients.evergreen)
      assert.strictEqual(evergreen?.accountManagerName, "Maya Okafor")
      assert.isFalse((yield* clients.get(acme, ids.clients.northwind))?.isInactive)
      assert.isTrue((yield* clients.get(acme, ids.clients.oldMill))?.isInactive)
      for (const unnamed of [ids.clients.harbor, ids.clients.summit]) {
        const client = yield* clients.get(acme, unnamed)
        assert.isNotNull(client?.accountManagerId)
        assert.isNull(client?.accountManagerName)
      }
      assert.isNull(yield* clients.get(acme, ids.clients.borealisFirst))
      assert.strictEqual((yield* services.get(acme, ids.services.firewall))?.sku, "FW-100")
      assert.strictEqual((yield* services.get(acme, ids.services.assessment))?.defaultRate, 0)
      assert.isNull(yield* services.get(acme, ids.services.perUnit))
      assert.isNull((yield* services.get(acme, ids.services.foreignType))?.serviceTypeId)
      assert.isFalse((yield* services.get(acme, ids.services.retired))?.isActive)
      assert.isNull(yield* services.get(acme, ids.services.borealisFirst))
    })
  )
})
