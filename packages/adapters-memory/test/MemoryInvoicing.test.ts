import { asExecution, Invoicing } from "@alga-psa/ext-domain"
import { bareExecution } from "@alga-psa/ext-domain/testing/bareExecution"
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { MemoryInvoices } from "../src/MemoryInvoicing.ts"
import { layer, layerOtherPorts } from "../src/MemoryPorts.ts"
import { seed } from "../src/Seed.ts"
import { ids } from "../src/SeedIds.ts"

const rows = seed({ contentHash: "0".repeat(64) })
const [client] = rows.clients.filter(({ tenant }) => tenant === ids.tenants.acme)
const [service] = rows.service_catalog.filter(({ tenant }) => tenant === ids.tenants.acme)

const execution = asExecution(
  bareExecution({
    tenantId: ids.tenants.acme,
    extensionId: ids.extensions.full,
    installId: ids.installs.full,
    trigger: "schedule"
  })
)

it.effect("Invoicing in memory keeps the latest 1,000 drafts, and gives no number twice", () =>
  Effect.gen(function* () {
    const { createManualInvoice } = yield* Invoicing
    const item = { serviceId: service?.service_id ?? "", quantity: 1, description: "Work", rate: 100 }
    const made = yield* Effect.replicateEffect(
      execution(createManualInvoice({ clientId: client?.client_id ?? "", items: [item] })),
      1_002
    )
    assert.isTrue(made.every(({ success }) => success))
    assert.strictEqual(new Set(made.map(({ invoiceNumber }) => invoiceNumber)).size, 1_002)
    assert.deepStrictEqual(
      (yield* MemoryInvoices).map(({ invoice }) => invoice.invoiceId),
      made.slice(2).map(({ invoiceId }) => invoiceId)
    )
  }).pipe(Effect.provide(Layer.provideMerge(layerOtherPorts, layer(rows))))
)
