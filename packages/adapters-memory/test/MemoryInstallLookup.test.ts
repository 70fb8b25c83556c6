import { HostName, InstallId, InstallLookup } from "@alga-psa/ext-domain"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { freshId, freshTenant } from "../src/contract/FreshTenant.ts"
import { mergeDatasets } from "../src/Dataset.ts"
import { layer } from "../src/MemoryPorts.ts"

const host = HostName.make("pages.example")
const id = InstallId.make(freshId())

/** The rows of an install of a tenant of its own. */
const installed = (rest: { readonly id?: string; readonly runner_domain?: string }) => {
  const owner = freshTenant()
  const { rows, versionId } = owner.install([], rest)
  const archive = { id: freshId(), version_id: versionId, content_hash: "a".repeat(64) }
  return mergeDatasets(owner.rows, rows, { extension_bundle: [archive] })
}

it.effect("A look-up by a host or an id that two installs have finds neither", () =>
  Effect.gen(function* () {
    const found = (...installs: ReadonlyArray<ReturnType<typeof installed>>) =>
      Effect.flatMap(InstallLookup, (lookup) => Effect.all([lookup.byHost(host), lookup.byId(id)])).pipe(
        Effect.provide(layer(mergeDatasets(...installs))),
        Effect.map((all) => all.map((one) => one !== null))
      )
    const both = { id, runner_domain: host }
    assert.deepEqual(yield* found(installed(both)), [true, true])
    assert.deepEqual(yield* found(installed(both), installed({ runner_domain: host })), [false, true])
    assert.deepEqual(yield* found(installed(both), installed({ id })), [true, false])
  })
)
