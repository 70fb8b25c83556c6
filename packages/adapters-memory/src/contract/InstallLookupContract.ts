import { HostName } from "@alga-psa/ext-domain/HostName"
import { ExtensionId, InstallId } from "@alga-psa/ext-domain/Identifiers"
import { type FoundInstall, InstallLookup } from "@alga-psa/ext-domain/InstallLookup"
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { dataset, type InstallRow } from "../Dataset.ts"
import { extensionVersionRow, tenantRow } from "../Rows.ts"
import { type ContractData, load } from "./ContractData.ts"
import { freshId, freshTenant } from "./FreshTenant.ts"

const freshHost = () => HostName.make(`${freshId()}.pages.example`)

const freshHash = () => (freshId() + freshId()).replaceAll("-", "")

/** An install with a host of its own and one archive. */
const installed = (rest: Partial<InstallRow> = {}, owner = freshTenant()) => {
  const host = freshHost()
  const hash = freshHash()
  const { extensionId, id, rows, versionId } = owner.install([], { runner_domain: host, ...rest })
  const archive = { id: freshId(), version_id: versionId, content_hash: `sha256:${hash}` }
  const found: FoundInstall = { tenantId: owner.tenant, installId: id, extensionId, contentHash: hash }
  return { found, hash, host, id, extensionId, versionId, owner, archive, rows }
}

type Installed = ReturnType<typeof installed>

/** What each of the three ways finds. */
const all = ({ extensionId, hash, host, id }: Pick<Installed, "extensionId" | "hash" | "host" | "id">) =>
  Effect.flatMap(InstallLookup, (lookup) =>
    Effect.all([lookup.byHost(host), lookup.byId(id), lookup.byBundle(extensionId, hash)])
  )

const nothing: [null, null, null] = [null, null, null]

/** Every guarantee of {@link InstallLookup}, one case each. */
export const installLookupContract = <E>(name: string, adapter: Layer.Layer<InstallLookup | ContractData, E>): void =>
  layer(adapter)(`InstallLookup contract: ${name}`, (it) => {
    it.effect("finds an install by its host, its id and its archive, and tells four things of it", () =>
      Effect.gen(function* () {
        const one = installed()
        const other = installed({}, one.owner)
        yield* load(one.owner.rows, one.rows, other.rows, { extension_bundle: [one.archive, other.archive] })
        assert.deepStrictEqual(yield* all(one), [one.found, one.found, one.found])
        assert.deepStrictEqual(yield* all(other), [other.found, other.found, other.found])
      })
    )

    it.effect("finds nothing by a name, an id or an archive that nobody has, or another extension has", () =>
      Effect.gen(function* () {
        const one = installed()
        const other = installed()
        yield* load(one.owner.rows, one.rows, other.owner.rows, other.rows)
        yield* load({ extension_bundle: [one.archive, other.archive] })
        const absent = {
          host: HostName.make(`x.${one.host}`),
          id: InstallId.make(freshId()),
          extensionId: one.extensionId,
          hash: freshHash()
        }
        assert.deepStrictEqual(yield* all(absent), nothing)
        const lookup = yield* InstallLookup
        assert.isNull(yield* lookup.byBundle(one.extensionId, other.hash))
        assert.isNull(yield* lookup.byBundle(ExtensionId.make(freshId()), one.hash))
      })
    )

    it.effect.each<{ readonly why: string; readonly rest: Partial<InstallRow> }>([
      { why: "is switched off", rest: { is_enabled: false } },
      { why: "is disabled", rest: { status: "disabled" } },
      { why: "is not set up", rest: { status: "pending" } },
      { why: "has a tenant whose id is none", rest: { tenant_id: "somebody" } },
      { why: "has a tenant that does not exist", rest: { tenant_id: "00000000-0000-4000-8000-000000000000" } }
    ])("does not find an install that $why, beside one that is found", ({ rest }) =>
      Effect.gen(function* () {
        const bad = installed(rest)
        const good = installed()
        yield* load(bad.owner.rows, bad.rows, good.owner.rows, good.rows)
        yield* load({ extension_bundle: [bad.archive, good.archive] })
        assert.deepStrictEqual(yield* all(bad), nothing)
        assert.deepStrictEqual(yield* all(good), [good.found, good.found, good.found])
      })
    )

    it.effect("does not find an install of a suspended tenant", () =>
      Effect.gen(function* () {
        const one = installed()
        const since = { suspended_at: "2026-01-01T00:00:00.000Z", suspended_reason: "tenant_cancelled" }
        yield* load({ tenants: [tenantRow({ tenant: one.owner.tenant, ...since })] }, one.rows)
        yield* load({ extension_bundle: [one.archive] })
        assert.deepStrictEqual(yield* all(one), nothing)
      })
    )

    it.effect("does not find an install whose version belongs to another extension, nor one without an archive", () =>
      Effect.gen(function* () {
        const foreign = freshId()
        const other = installed()
        const one = installed({ version_id: foreign })
        const without = installed()
        const { extension_registry, tenant_extension_install } = one.rows
        yield* load(other.owner.rows, other.rows, one.owner.rows, without.owner.rows, without.rows)
        yield* load({
          ...dataset({ extension_registry, tenant_extension_install }),
          extension_version: [extensionVersionRow({ id: foreign, registry_id: other.extensionId, version: "2.0.0" })],
          extension_bundle: [{ ...one.archive, version_id: foreign }]
        })
        assert.deepStrictEqual(yield* all(one), nothing)
        assert.deepStrictEqual(yield* all(without), nothing)
      })
    )

    it.effect("gives the newest archive of the version for a host and an id, and the one that is asked for", () =>
      Effect.gen(function* () {
        const one = installed()
        const newest = freshHash()
        const at = (content_hash: string, created_at: string) => ({
          ...one.archive,
          id: freshId(),
          content_hash,
          created_at
        })
        yield* load(one.owner.rows, one.rows, {
          extension_bundle: [
            at(freshHash(), "2026-01-01T00:00:00.000Z"),
            at(newest, "2026-03-01T00:00:00.000Z"),
            at(`sha256:${one.hash}`, "2026-02-01T00:00:00.000Z")
          ]
        })
        const newer = { ...one.found, contentHash: newest }
        assert.deepStrictEqual(yield* all(one), [newer, newer, one.found])
        assert.deepStrictEqual(yield* all({ ...one, hash: newest }), [newer, newer, newer])
      })
    )

    it.effect.each<{ readonly form: string; readonly written: (hash: string) => string }>([
      { form: "<hash>", written: (hash) => hash },
      { form: "<HASH>", written: (hash) => hash.toUpperCase() },
      { form: "sha256:<HASH>", written: (hash) => `sha256:${hash.toUpperCase()}` }
    ])("finds an install whose archive has its hash stored as $form", ({ written }) =>
      Effect.gen(function* () {
        const one = installed()
        yield* load(one.owner.rows, one.rows, {
          extension_bundle: [{ ...one.archive, content_hash: written(one.hash) }]
        })
        assert.deepStrictEqual(yield* all(one), [one.found, one.found, one.found])
        assert.isNull(yield* (yield* InstallLookup).byBundle(one.extensionId, freshHash()))
      })
    )

    it.effect.each<{ readonly form: string; readonly written: (hash: string) => string }>([
      { form: "sha256:sha256:<hash>", written: (hash) => `sha256:sha256:${hash}` },
      { form: "sha512:<hash>", written: (hash) => `sha512:${hash}` },
      { form: "<hash>sha256:", written: (hash) => `${hash}sha256:` },
      { form: "<hash> and a blank", written: (hash) => `${hash} ` }
    ])("takes $form as no archive's hash, beside one that is", ({ written }) =>
      Effect.gen(function* () {
        const odd = installed({ id: InstallId.make(`00000000${freshId().slice(8)}`) })
        const version = freshId()
        const one = installed({ registry_id: odd.extensionId, version_id: version })
        yield* load(odd.owner.rows, odd.rows, one.owner.rows, {
          tenant_extension_install: one.rows.tenant_extension_install,
          extension_version: [extensionVersionRow({ id: version, registry_id: odd.extensionId, version: "2.0.0" })],
          extension_bundle: [
            { ...odd.archive, content_hash: written(one.hash) },
            { ...one.archive, version_id: version }
          ]
        })
        const lookup = yield* InstallLookup
        assert.isNull(yield* lookup.byId(InstallId.make(odd.id)))
        const found = yield* lookup.byBundle(ExtensionId.make(odd.extensionId), one.hash)
        assert.strictEqual(found?.installId, one.id)
      })
    )

    it.effect(
      "gives one of several tenants that have an archive, the same each time, and none that may not show it",
      () =>
        Effect.gen(function* () {
          const one = installed()
          const shared = { registry_id: one.extensionId, version_id: one.versionId }
          const tenants = Array.from({ length: 4 }, () => installed(shared))
          const off = installed({ ...shared, is_enabled: false, id: InstallId.make(`00000000${freshId().slice(8)}`) })
          const installs = [...tenants, off].flatMap(({ rows }) => rows.tenant_extension_install)
          yield* load(one.owner.rows, one.rows, ...[...tenants, off].map(({ owner }) => owner.rows), {
            tenant_extension_install: installs,
            extension_bundle: [one.archive]
          })
          const lookup = yield* InstallLookup
          const first = yield* lookup.byBundle(one.extensionId, one.hash)
          const [least] = [one, ...tenants].map(({ id }) => id).toSorted()
          assert.strictEqual(first?.installId, least)
          assert.deepStrictEqual(yield* lookup.byBundle(one.extensionId, one.hash), first)
        })
    )
  })
