import { type AccessFilter, AccessReader, everyAccess } from "@alga-psa/ext-domain/AccessReader"
import type { AccessRecord } from "@alga-psa/ext-domain/AccessRecord"
import { AccessSink } from "@alga-psa/ext-domain/AccessSink"
import { ExtensionId, InstallId, TenantId, UserId } from "@alga-psa/ext-domain/Identifiers"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, type Layer } from "effect"
import { freshId } from "./FreshTenant.ts"

/** How a contract suite waits until what the sink was given can be read. */
export class AccessKept extends Context.Service<AccessKept, Effect.Effect<void>>()(
  "@alga-psa/ext-adapters-memory/AccessKept"
) {}

const start = Date.now() - 60_000
const at = (second: number) => new Date(start + second * 1_000).toISOString()

/** Records of a tenant that nobody else has. */
const fresh = () => {
  const tenant = TenantId.make(freshId())
  const extension = ExtensionId.make(freshId())
  const install = InstallId.make(freshId())
  const user = UserId.make(freshId())
  const record = (second: number, change: Partial<AccessRecord> = {}): AccessRecord => ({
    time: at(second),
    operation: "clients.list",
    outcome: "ok",
    capability: "cap:client.read",
    tenant,
    extension,
    install,
    version: null,
    contentHash: null,
    user,
    trigger: null,
    requestId: `request-${second}`,
    durationMs: 1.5,
    resultCount: 2,
    ...change
  })
  return { tenant, install, user, record }
}

const keep = (records: ReadonlyArray<AccessRecord>) =>
  Effect.gen(function* () {
    const sink = yield* AccessSink
    assert(sink !== null)
    for (const record of records) {
      const slot = sink.open()
      assert.isTrue(slot.reserve())
      slot.fill(record)
    }
    yield* yield* AccessKept
  })

const list = (tenant: TenantId, filter: Partial<AccessFilter> = {}, most = 100, after: string | null = null) =>
  Effect.flatMap(AccessReader, (reader) => reader.list(tenant, { ...everyAccess, ...filter }, { after, most }))

const summary = (tenant: TenantId, filter: Partial<AccessFilter> = {}) =>
  Effect.flatMap(AccessReader, (reader) => reader.summary(tenant, { ...everyAccess, ...filter }))

/** Every guarantee of `AccessSink` and {@link AccessReader}, one case each. */
export const accessContract = <E>(name: string, adapter: Layer.Layer<AccessReader | AccessKept, E>): void =>
  layer(adapter, { excludeTestServices: true })(`Access contract: ${name}`, (it) => {
    it.effect("gives back what was kept, field for field and in their order, the newest first", () =>
      Effect.gen(function* () {
        const { install, record, tenant } = fresh()
        const { resultCount: _, ...denied } = record(2, {
          outcome: "capability-denied",
          user: null,
          trigger: "schedule"
        })
        const records: ReadonlyArray<AccessRecord> = [
          record(1, { version: freshId(), contentHash: "0".repeat(64), source: "todays-runner", resultCount: 0 }),
          { ...denied, missing: "cap:client.read", why: "unknown-install" },
          { ...record(3, { outcome: "invalid-input" }), field: "page", why: "must be 1 to 10000" }
        ]
        yield* keep(records)
        const { items, next } = yield* list(tenant)
        assert.deepStrictEqual(items, records.toReversed())
        assert.deepStrictEqual(
          items.map((item) => Object.keys(item).indexOf("requestId")),
          [11, 11, 11]
        )
        assert.deepStrictEqual([next, items[0]?.install], [null, install])
      })
    )

    it.effect("shows and counts a tenant's own records alone, by every filter", () =>
      Effect.gen(function* () {
        const own = fresh()
        const other = fresh()
        const theirs = { install: own.install, user: own.user }
        yield* keep([own.record(1), other.record(1, theirs), other.record(2, theirs)])
        for (const filter of [{}, theirs, { operation: "clients.list" }, { outcome: "ok" }, { from: start }]) {
          const { items } = yield* list(own.tenant, filter)
          assert.deepStrictEqual(items, [own.record(1)])
          assert.deepStrictEqual(
            (yield* summary(own.tenant, filter)).map(({ calls }) => calls),
            [1]
          )
        }
        assert.deepStrictEqual((yield* list(fresh().tenant, theirs)).items, [])
        assert.deepStrictEqual(yield* summary(fresh().tenant, theirs), [])
      })
    )

    it.effect.each([
      [{ operation: "clients.get" }, [2]],
      [{ outcome: "internal" }, [3]],
      [{ from: start + 2_000 }, [3, 2]],
      [{ until: start + 3_000 }, [2, 1]],
      [{ from: start + 2_000, until: start + 3_000 }, [2]]
    ] as const)("leaves out what a filter does not mean: %j", ([filter, seconds]) =>
      Effect.gen(function* () {
        const { record, tenant } = fresh()
        yield* keep([record(1), record(2, { operation: "clients.get" }), record(3, { outcome: "internal" })])
        const { items } = yield* list(tenant, filter)
        assert.deepStrictEqual(
          items.map(({ requestId }) => requestId),
          seconds.map((second) => `request-${second}`)
        )
      })
    )

    it.effect("leaves out what another install or user did", () =>
      Effect.gen(function* () {
        const { install, record, tenant, user } = fresh()
        const others = { install: InstallId.make(freshId()), user: UserId.make(freshId()) }
        yield* keep([record(1), record(2, others)])
        for (const filter of [{ install }, { user }]) {
          assert.deepStrictEqual((yield* list(tenant, filter)).items, [record(1)])
        }
        assert.deepStrictEqual((yield* list(tenant, { install, user: others.user })).items, [])
      })
    )

    it.effect("has each record on one page, of those of one time too, whatever comes meanwhile", () =>
      Effect.gen(function* () {
        const { record, tenant } = fresh()
        const records = [1, 1, 1, 2, 3, 3, 4].map((second, i) => record(second, { requestId: String(i) }))
        yield* keep(records)
        const seen: Array<string | null> = []
        let after: string | null = null
        do {
          const page: { readonly items: ReadonlyArray<AccessRecord>; readonly next: string | null } = yield* list(
            tenant,
            {},
            2,
            after
          )
          assert.isAtMost(page.items.length, 2)
          seen.push(...page.items.map(({ requestId }) => requestId))
          yield* keep([record(50)])
          after = page.next
        } while (after !== null)
        assert.deepStrictEqual(seen.toSorted(), ["0", "1", "2", "3", "4", "5", "6"])
      })
    )

    it.effect("refuses an `after` that no page gave", () =>
      Effect.gen(function* () {
        const { tenant } = fresh()
        for (const after of ["", "1", "x".repeat(10_000), "' OR true --"]) {
          const error = yield* Effect.flip(list(tenant, {}, 2, after))
          assert.deepInclude(error, { _tag: "InvalidInput", field: "after" })
        }
      })
    )

    it.effect("sums calls and results by who, what and how it ended, most calls first", () =>
      Effect.gen(function* () {
        const { record, tenant, user } = fresh()
        const { resultCount: _, ...denied } = record(3, { outcome: "rbac-denied", user: null, trigger: "webhook" })
        yield* keep([record(1), record(4, { resultCount: 5 }), denied])
        const sums = yield* summary(tenant)
        assert.deepStrictEqual(
          sums.map(({ calls, first, last, outcome, results, trigger, user: whom }) => [
            ...[outcome, whom, trigger, calls, results, first, last]
          ]),
          [
            ["ok", user, null, 2, 7, at(1), at(4)],
            ["rbac-denied", null, "webhook", 1, 0, at(3), at(3)]
          ]
        )
      })
    )
  })
