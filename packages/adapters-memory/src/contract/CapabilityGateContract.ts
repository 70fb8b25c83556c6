import { CapabilityGate } from "@alga-psa/ext-domain/CapabilityGate"
import { ExtensionId, InstallId, type TenantId } from "@alga-psa/ext-domain/Identifiers"
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { extensionVersionRow, tenantRow } from "../Rows.ts"
import { type ContractData, load } from "./ContractData.ts"
import { freshId, freshTenant, readsBoth } from "./FreshTenant.ts"

const always = ["cap:context.read", "cap:log.emit", "cap:user.read"]

const access = (tenant: TenantId, install: InstallId) =>
  Effect.flatMap(CapabilityGate, (gate) => gate.access(tenant, install))

const capabilities = (tenant: TenantId, install: InstallId) =>
  Effect.map(access(tenant, install), (found) => [...found.capabilities].sort() as Array<string>)

const refusal = (tenant: TenantId, install: InstallId) =>
  Effect.map(Effect.flip(access(tenant, install)), (error) => [error._tag, error.reason])

const refusalTo = (tenant: TenantId, extension: ExtensionId) =>
  Effect.flatMap(CapabilityGate, (gate) =>
    Effect.map(Effect.flip(gate.accessTo(tenant, extension)), (error) => [error._tag, error.reason])
  )

/** Every guarantee of {@link CapabilityGate}, one case each. */
export const capabilityGateContract = <E>(name: string, adapter: Layer.Layer<CapabilityGate | ContractData, E>): void =>
  layer(adapter)(`CapabilityGate contract: ${name}`, (it) => {
    it.effect("names the install, its extension and its version", () =>
      Effect.gen(function* () {
        const { tenant, rows, install } = freshTenant()
        const { id, extensionId, versionId, rows: installed } = install(readsBoth, { granted_caps: readsBoth })
        yield* load(rows, installed)
        const found = yield* access(tenant, id)
        assert.deepEqual([found.installId, found.extensionId, found.versionId], [id, extensionId, versionId])
      })
    )

    it.effect.each([
      { declared: readsBoth, granted: readsBoth, effective: [...readsBoth] },
      { declared: readsBoth, granted: ["cap:client.read"], effective: ["cap:client.read"] },
      { declared: ["cap:service.read"], granted: readsBoth, effective: ["cap:service.read"] },
      { declared: readsBoth, granted: [], effective: [] },
      { declared: [], granted: readsBoth, effective: [] },
      { declared: [" CAP:Client.Read "], granted: ["Cap:client.READ\n"], effective: ["cap:client.read"] },
      { declared: ["cap:made.up"], granted: ["cap:made.up"], effective: [] },
      { declared: [], granted: [], effective: [] }
    ])("of declared $declared and granted $granted, $effective take effect", ({ declared, granted, effective }) =>
      Effect.gen(function* () {
        const { tenant, rows, install } = freshTenant()
        const { id, rows: installed } = install(declared, { granted_caps: granted })
        yield* load(rows, installed)
        assert.deepEqual(yield* capabilities(tenant, id), [...always, ...effective].sort())
      })
    )

    it.effect.each([{ "cap:client.read": true }, "cap:client.read", 42, false, [["cap:client.read"], 1, null, {}]])(
      "takes a stored list of %j as naming no capability",
      (stored) =>
        Effect.gen(function* () {
          const { tenant, rows, install } = freshTenant()
          const ungranted = install(readsBoth, { granted_caps: stored })
          const undeclared = install(stored, { granted_caps: readsBoth })
          yield* load(rows, ungranted.rows, undeclared.rows)
          assert.deepEqual(yield* capabilities(tenant, ungranted.id), always)
          assert.deepEqual(yield* capabilities(tenant, undeclared.id), always)
          assert.deepEqual((yield* access(tenant, undeclared.id)).unknownCapabilities, [])
        })
    )

    it.effect("names the declared capabilities that are unknown, and not the granted ones", () =>
      Effect.gen(function* () {
        const { tenant, rows, install } = freshTenant()
        const declared = ["cap:made.up", ...readsBoth, "CAP:made.up ", "cap:other"]
        const { id, rows: installed } = install(declared, { granted_caps: ["cap:granted.only"] })
        yield* load(rows, installed)
        assert.deepEqual((yield* access(tenant, id)).unknownCapabilities, ["cap:made.up", "cap:other"])
      })
    )

    it.effect("gives the hashes of the installed version's archives, normalised and sorted", () =>
      Effect.gen(function* () {
        const { tenant, rows, install } = freshTenant()
        const { id, extensionId, versionId, rows: installed } = install([])
        const older = freshId()
        const hash = (digit: string) => digit.repeat(64)
        const bundle = (version_id: string, content_hash: string) => ({ id: freshId(), version_id, content_hash })
        yield* load(rows, installed, {
          extension_version: [extensionVersionRow({ id: older, registry_id: extensionId, version: "0.9.0" })],
          extension_bundle: [
            bundle(versionId, `sha256:${hash("c")}`),
            bundle(versionId, `SHA256:${hash("E")}`),
            bundle(versionId, hash("B")),
            bundle(versionId, `sha256:${hash("b")}`),
            bundle(versionId, hash("a")),
            bundle(versionId, "not a hash"),
            bundle(older, hash("d"))
          ]
        })
        assert.deepEqual((yield* access(tenant, id)).contentHashes, ["a", "b", "c", "e"].map(hash))
      })
    )

    it.effect("takes what is declared from the installed version, whatever other versions there are", () =>
      Effect.gen(function* () {
        const { tenant, rows, install } = freshTenant()
        const {
          id,
          extensionId,
          versionId,
          rows: installed
        } = install(["cap:client.read"], { granted_caps: readsBoth })
        const others = ["0.9.0", "1.1.0"].map((version) =>
          extensionVersionRow({ id: freshId(), registry_id: extensionId, version, capabilities: readsBoth })
        )
        const [older, newer] = others
        const extension_version = [older, ...installed.extension_version, newer].filter((row) => row !== undefined)
        yield* load(rows, { ...installed, extension_version })
        assert.deepEqual(yield* capabilities(tenant, id), [...always, "cap:client.read"].sort())
        assert.strictEqual((yield* access(tenant, id)).versionId, versionId)
      })
    )

    it.effect("gives no hash for a version without an archive", () =>
      Effect.gen(function* () {
        const { tenant, rows, install } = freshTenant()
        const { id, rows: installed } = install([])
        yield* load(rows, installed)
        assert.deepEqual((yield* access(tenant, id)).contentHashes, [])
      })
    )

    it.effect("does not know an install that does not exist", () =>
      Effect.gen(function* () {
        const { tenant, rows } = freshTenant()
        yield* load(rows)
        assert.deepEqual(yield* refusal(tenant, InstallId.make(freshId())), ["InstallUnavailable", "unknown"])
      })
    )

    it.effect("does not know another tenant's install, whatever its state", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const enabled = other.install(readsBoth, { granted_caps: readsBoth })
        const disabled = other.install(readsBoth, { is_enabled: false })
        yield* load(mine.rows, other.rows, enabled.rows, disabled.rows)
        assert.deepEqual(yield* refusal(mine.tenant, enabled.id), ["InstallUnavailable", "unknown"])
        assert.deepEqual(yield* refusal(mine.tenant, disabled.id), ["InstallUnavailable", "unknown"])
        assert.deepEqual(yield* capabilities(other.tenant, enabled.id), [...always, ...readsBoth].sort())
      })
    )

    it.effect("does not know an install whose version belongs to another extension", () =>
      Effect.gen(function* () {
        const { tenant, rows, install } = freshTenant()
        const victim = install(readsBoth)
        const { id, rows: installed } = install([], { granted_caps: readsBoth, version_id: victim.versionId })
        yield* load(rows, victim.rows, { ...installed, extension_version: [] })
        assert.deepEqual(yield* refusal(tenant, id), ["InstallUnavailable", "unknown"])
      })
    )

    it.effect.each([
      { is_enabled: false, status: "enabled" },
      { is_enabled: true, status: "disabled" },
      { is_enabled: true, status: "pending" },
      { is_enabled: false, status: "disabled" }
    ] as const)("refuses an install with is_enabled $is_enabled and status $status", (state) =>
      Effect.gen(function* () {
        const { tenant, rows, install } = freshTenant()
        const { id, rows: installed } = install(readsBoth, { granted_caps: readsBoth, ...state })
        yield* load(rows, installed)
        assert.deepEqual(yield* refusal(tenant, id), ["InstallUnavailable", "disabled"])
      })
    )

    it.effect("refuses the installs of a suspended tenant", () =>
      Effect.gen(function* () {
        const { tenant, install } = freshTenant()
        const { id, rows: installed } = install(readsBoth, { granted_caps: readsBoth })
        const suspended = { suspended_at: "2026-01-01T00:00:00.000Z", suspended_reason: "tenant_cancelled" }
        yield* load({ tenants: [tenantRow({ tenant, ...suspended })] }, installed)
        assert.deepEqual(yield* refusal(tenant, id), ["InstallUnavailable", "tenant-suspended"])
      })
    )

    it.effect("does not know the installs of a tenant that does not exist", () =>
      Effect.gen(function* () {
        const { tenant, install } = freshTenant()
        const { id, rows: installed } = install(readsBoth, { granted_caps: readsBoth })
        yield* load(installed)
        assert.deepEqual(yield* refusal(tenant, id), ["InstallUnavailable", "unknown"])
      })
    )

    it.effect("finds the tenant's own install of an extension, with the same access", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const { id, extensionId, versionId, rows } = mine.install(readsBoth, { granted_caps: ["cap:client.read"] })
        const theirs = other.install([], { registry_id: extensionId, version_id: versionId })
        yield* load(mine.rows, other.rows, rows, { tenant_extension_install: theirs.rows.tenant_extension_install })
        const gate = yield* CapabilityGate
        assert.deepEqual(yield* gate.accessTo(mine.tenant, extensionId), yield* access(mine.tenant, id))
        assert.strictEqual((yield* gate.accessTo(other.tenant, extensionId)).installId, theirs.id)
      })
    )

    it.effect("does not know an extension that only another tenant has, nor one that does not exist", () =>
      Effect.gen(function* () {
        const mine = freshTenant()
        const other = freshTenant()
        const { extensionId, rows } = other.install(readsBoth)
        yield* load(mine.rows, other.rows, rows)
        assert.deepEqual(yield* refusalTo(mine.tenant, extensionId), ["InstallUnavailable", "unknown"])
        const absent = ExtensionId.make(freshId())
        assert.deepEqual(yield* refusalTo(mine.tenant, absent), ["InstallUnavailable", "unknown"])
      })
    )

    it.effect("refuses an extension whose install is switched off, and any of a suspended tenant", () =>
      Effect.gen(function* () {
        const { tenant, rows, install } = freshTenant()
        const off = install(readsBoth, { is_enabled: false })
        yield* load(rows, off.rows)
        assert.deepEqual(yield* refusalTo(tenant, off.extensionId), ["InstallUnavailable", "disabled"])
        const suspended = freshTenant()
        const installed = suspended.install(readsBoth)
        const since = { suspended_at: "2026-01-01T00:00:00.000Z", suspended_reason: "tenant_cancelled" }
        yield* load({ tenants: [tenantRow({ tenant: suspended.tenant, ...since })] }, installed.rows)
        assert.deepEqual(yield* refusalTo(suspended.tenant, installed.extensionId), [
          "InstallUnavailable",
          "tenant-suspended"
        ])
      })
    )
  })
