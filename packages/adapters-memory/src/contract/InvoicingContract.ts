import type { CreateManualInvoiceInput, ManualInvoiceItemInput } from "@alga-psa/ext-domain/InvoiceInput"
import { Invoicing } from "@alga-psa/ext-domain/Invoicing"
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { type ContractData, load } from "./ContractData.ts"
import { freshId, freshTenant } from "./FreshTenant.ts"
import { installed, PortData } from "./PortData.ts"

const create = (input: CreateManualInvoiceInput) =>
  Effect.flatMap(Invoicing, (invoicing) => invoicing.createManualInvoice(input))

/** A tenant with a client and two services, and an install of it. */
const billing = Effect.gen(function* () {
  const own = freshTenant()
  const client = own.client("Evergreen")
  const services = [own.service("Support"), own.service("Backup")] as const
  const rows = { clients: [client], service_catalog: services }
  yield* load(own.rows, rows)
  const { invoices } = yield* PortData
  const { as } = yield* installed({}, own.tenant)
  const item = (rest: Partial<ManualInvoiceItemInput> = {}): ManualInvoiceItemInput => ({
    ...{ serviceId: services[0].service_id, quantity: 1, description: "Work", rate: 10_000 },
    ...rest
  })
  const made = invoices(own.tenant)
  return { as, client, services, item, made, count: Effect.map(made, ({ length }) => length) }
})

const presentFields = <Input extends object>(input: Input) =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== undefined))

/** An input without what is absent: an option that is absent or null is none. */
const presentInput = (input: CreateManualInvoiceInput) => ({
  ...presentFields(input),
  items: input.items.map(presentFields)
})

/** Every guarantee of {@link Invoicing}, one case each. */
export const invoicingContract = <E>(
  name: string,
  adapter: Layer.Layer<Invoicing | PortData | ContractData, E>
): void =>
  layer(adapter)(`Invoicing contract: ${name}`, (it) => {
    it.effect("makes one draft of the items, and says what it comes to in minor units", () =>
      Effect.gen(function* () {
        const { as, client, count, item, services } = yield* billing
        const items = [item({ quantity: 1.5 }), item({ serviceId: services[1].service_id, rate: 250 })]
        const made = yield* as(create({ clientId: client.client_id, items, invoiceDate: "2026-01-31", poNumber: "7" }))
        assert.deepInclude(made, { success: true, status: "draft", subtotal: 15_250, error: null, fieldErrors: null })
        assert.isNotEmpty(made.invoiceId)
        assert.isNotEmpty(made.invoiceNumber)
        assert.strictEqual(made.total, (made.subtotal ?? 0) + (made.tax ?? 0))
        assert.strictEqual(yield* count, 1)
      })
    )

    it.effect("keeps all that it was given, the items in their order", () =>
      Effect.gen(function* () {
        const { as, client, item, made, services } = yield* billing
        const [, other] = services
        const discount = { description: "Discount", isDiscount: true }
        const whole: CreateManualInvoiceInput = {
          clientId: client.client_id,
          items: [
            item({ serviceId: other.service_id, quantity: 1.5, description: "Backup ✓", rate: 333, isDiscount: false }),
            item({ quantity: 2, description: "", rate: 0 }),
            item({ ...discount, discountType: "percentage", rate: 10, appliesToServiceId: other.service_id }),
            item({ ...discount, discountType: "fixed", rate: 5, appliesToItemId: "i1" }),
            item({ description: "Again" })
          ],
          ...{ invoiceDate: "2026-01-31", dueDate: "2026-02-28", poNumber: "PO 7/ü" }
        }
        assert.isTrue((yield* as(create(whole))).success)
        assert.deepEqual((yield* made).map(presentInput), [presentInput(whole)])
      })
    )

    it.effect("adds nothing to what it was given: an option that is null is as absent", () =>
      Effect.gen(function* () {
        const { as, client, item, made } = yield* billing
        const bare = { clientId: client.client_id, items: [item()] }
        const none = { isDiscount: null, discountType: null, appliesToItemId: null, appliesToServiceId: null }
        const options = { invoiceDate: null, dueDate: null, poNumber: null }
        yield* as(create(bare))
        yield* as(create({ ...bare, items: [item(none)], ...options }))
        assert.deepEqual((yield* made).map(presentInput), [presentInput(bare), presentInput(bare)])
      })
    )

    it.effect("makes a second invoice of a second call", () =>
      Effect.gen(function* () {
        const { as, client, count, item } = yield* billing
        const input = { clientId: client.client_id, items: [item()] }
        const made = [yield* as(create(input)), yield* as(create(input))]
        assert.strictEqual(new Set(made.map(({ invoiceId }) => invoiceId)).size, 2)
        assert.strictEqual(yield* count, 2)
      })
    )

    it.effect.each([
      ["fixed", 2_500, 7_500],
      ["percentage", 10, 9_000]
    ] as const)("takes a discount of the type %s off", ([discountType, rate, subtotal]) =>
      Effect.gen(function* () {
        const { as, client, item } = yield* billing
        const items = [item(), item({ isDiscount: true, discountType, rate, description: "Discount" })]
        assert.strictEqual((yield* as(create({ clientId: client.client_id, items }))).subtotal, subtotal)
      })
    )

    it.effect("makes no invoice of input that breaks a rule, and says which", () =>
      Effect.gen(function* () {
        const { as, client, count, item } = yield* billing
        const good = { clientId: client.client_id, items: [item()] }
        const bad: ReadonlyArray<readonly [field: string, input: CreateManualInvoiceInput]> = [
          ["clientId", { ...good, clientId: freshId() }],
          ["items", { ...good, items: [] }],
          ["items", { ...good, items: [item(), item({ serviceId: freshId() })] }],
          ["invoiceDate", { ...good, invoiceDate: "31.1.2026" }],
          ["dueDate", { ...good, dueDate: "tomorrow" }]
        ]
        for (const [field, input] of bad) {
          const { error, fieldErrors, invoiceId, success } = yield* as(create(input))
          assert.deepEqual([success, invoiceId], [false, null])
          assert.isNotEmpty(error)
          assert.deepEqual(Object.keys(JSON.parse(fieldErrors ?? "{}")), [field])
        }
        assert.strictEqual(yield* count, 0)
      })
    )

    it.effect("has no client and no service of another tenant", () =>
      Effect.gen(function* () {
        const own = yield* billing
        const other = yield* billing
        const foreign = [
          { clientId: other.client.client_id, items: [own.item()] },
          { clientId: own.client.client_id, items: [other.item()] },
          { clientId: own.client.client_id, items: [own.item({ appliesToServiceId: other.services[0].service_id })] }
        ]
        for (const input of foreign) assert.isFalse((yield* own.as(create(input))).success)
        assert.deepEqual([yield* own.count, yield* other.count], [0, 0])
      })
    )
  })
