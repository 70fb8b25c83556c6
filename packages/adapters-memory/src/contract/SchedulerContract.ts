import type { CreateScheduleInput, UpdateScheduleInput } from "@alga-psa/ext-domain/ScheduleInput"
import { type EndpointInfo, Scheduler } from "@alga-psa/ext-domain/Scheduler"
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { installed, type PortData } from "./PortData.ts"

const endpoint: EndpointInfo = { id: "e1", method: "GET", path: "/nightly", handler: "dist/main", schedulable: true }
const posting: EndpointInfo = { ...endpoint, id: "e2", method: "POST", path: "/sync" }
const byHand: EndpointInfo = { ...endpoint, id: "e3", path: "/by-hand", schedulable: false }
const endpoints = [endpoint, posting, byHand]

const nightly: CreateScheduleInput = { endpoint: "/nightly", cron: "0 2 * * *" }

const create = (input: CreateScheduleInput = nightly) => Effect.flatMap(Scheduler, (it) => it.createSchedule(input))
const update = (id: string, input: UpdateScheduleInput) =>
  Effect.flatMap(Scheduler, (it) => it.updateSchedule(id, input))
const remove = (id: string) => Effect.flatMap(Scheduler, (it) => it.deleteSchedule(id))
const find = (id: string) => Effect.flatMap(Scheduler, (it) => it.getSchedule(id))
/** The schedule, which is there. */
const get = (id: string) => Effect.flatMap(find(id), (found) => Effect.fromNullishOr(found))
const list = Effect.flatMap(Scheduler, (it) => it.listSchedules)

const made = (input?: CreateScheduleInput) => Effect.map(create(input), ({ scheduleId }) => scheduleId ?? "none")

/** Every guarantee of {@link Scheduler}, one case each. */
export const schedulerContract = <E>(name: string, adapter: Layer.Layer<Scheduler | PortData, E>): void =>
  layer(adapter)(`Scheduler contract: ${name}`, (it) => {
    it.effect("makes a schedule, enabled and in UTC where nothing else is said, and finds it", () =>
      Effect.gen(function* () {
        const { as } = yield* installed({ endpoints })
        const { error, scheduleId, success } = yield* as(create())
        assert.deepEqual([success, error], [true, null])
        const found = yield* as(get(scheduleId ?? ""))
        assert.strictEqual(found.id, scheduleId)
        assert.deepInclude(found, {
          ...{ endpointPath: "/nightly", endpointMethod: "GET", cron: "0 2 * * *" },
          ...{ timezone: "UTC", enabled: true, name: null, payload: null, lastRunAt: null }
        })
        assert.deepEqual(yield* as(list), [found])
      })
    )

    it.effect("makes what the input says", () =>
      Effect.gen(function* () {
        const { as } = yield* installed({ endpoints })
        const given = { timezone: "Europe/Berlin", enabled: false, name: "Nightly", payload: '{"a":1}' }
        const found = yield* as(get(yield* as(made({ endpoint: "POST /sync", cron: "*/5 * * * *", ...given }))))
        assert.deepInclude(found, { ...given, endpointPath: "/sync", endpointMethod: "POST", cron: "*/5 * * * *" })
      })
    )

    it.effect.each([
      [{ endpoint: "/unknown" }, "endpoint"],
      [{ endpoint: "/by-hand" }, "endpoint"],
      [{ cron: "0 2 * *" }, "cron"],
      [{ cron: "0 0 2 * * *" }, "cron"],
      [{ cron: "61 2 * * *" }, "cron"],
      [{ cron: "* * * * *" }, "cron"],
      [{ cron: "*/4 * * * *" }, "cron"],
      [{ cron: "0,58 * * * *" }, "cron"],
      [{ timezone: "Mars/Olympus" }, "timezone"]
    ] as const)("refuses %j by its field %s, and makes and changes nothing", ([wrong, field]) =>
      Effect.gen(function* () {
        const { as } = yield* installed({ endpoints })
        const id = yield* as(made())
        const before = yield* as(list)
        const refused = [yield* as(create({ ...nightly, ...wrong })), yield* as(update(id, wrong))]
        for (const { error, fieldErrors, success } of refused) {
          assert.isFalse(success)
          assert.isNotEmpty(error)
          assert.deepEqual(Object.keys(JSON.parse(fieldErrors ?? "{}")), [field])
        }
        assert.deepEqual(yield* as(list), before)
      })
    )

    it.effect("refuses more schedules than an install may have", () =>
      Effect.gen(function* () {
        const { as } = yield* installed({ endpoints })
        for (let at = 0; at < 50; at++) assert.isTrue((yield* as(create())).success)
        const { error, success } = yield* as(create())
        assert.isFalse(success)
        assert.isNotEmpty(error)
        assert.strictEqual((yield* as(list)).length, 50)
      })
    )

    it.effect("changes what an update says, and leaves the rest", () =>
      Effect.gen(function* () {
        const { as } = yield* installed({ endpoints })
        const id = yield* as(made({ ...nightly, name: "Nightly", payload: "[1]" }))
        const before = yield* as(get(id))
        assert.isTrue((yield* as(update(id, { cron: "0 3 * * *", enabled: false }))).success)
        assert.deepEqual(yield* as(find(id)), { ...before, cron: "0 3 * * *", enabled: false })
      })
    )

    it.effect("changes every field that an update names", () =>
      Effect.gen(function* () {
        const { as } = yield* installed({ endpoints })
        const id = yield* as(made({ ...nightly, name: "Nightly", payload: "[1]" }))
        const before = yield* as(get(id))
        const change = {
          timezone: "Europe/Berlin",
          name: "Sync",
          payload: '{"a":[2]}',
          cron: "0 3 * * *",
          enabled: false
        }
        assert.isTrue((yield* as(update(id, { ...change, endpoint: "POST /sync" }))).success)
        assert.deepEqual(yield* as(find(id)), { ...before, ...change, endpointMethod: "POST", endpointPath: "/sync" })
      })
    )

    it.effect("clears a name and a payload by empty ones, each by itself", () =>
      Effect.gen(function* () {
        const { as } = yield* installed({ endpoints })
        const id = yield* as(made({ ...nightly, name: "Nightly", payload: "[1]" }))
        yield* as(update(id, { name: "" }))
        assert.deepInclude(yield* as(get(id)), { name: null, payload: "[1]" })
        yield* as(update(id, { payload: "" }))
        assert.deepInclude(yield* as(get(id)), { name: null, payload: null })
        assert.isNull((yield* as(get(yield* as(made({ ...nightly, name: "" }))))).name)
      })
    )

    it.effect("deletes a schedule, and does not find it from then on", () =>
      Effect.gen(function* () {
        const { as } = yield* installed({ endpoints })
        const id = yield* as(made())
        assert.deepEqual(yield* as(remove(id)), { success: true, error: null })
        assert.isNull(yield* as(find(id)))
        const again = yield* as(remove(id))
        assert.isFalse(again.success)
        assert.isNotEmpty(again.error)
        assert.isFalse((yield* as(update(id, { enabled: true }))).success)
      })
    )

    it.effect("tells the endpoints of the install, or none", () =>
      Effect.gen(function* () {
        const own = yield* installed({ endpoints })
        const bare = yield* installed()
        const asked = Effect.flatMap(Scheduler, (it) => it.getEndpoints)
        assert.sameDeepMembers([...(yield* own.as(asked))], endpoints)
        assert.deepEqual(yield* bare.as(asked), [])
      })
    )

    it.effect("keeps installs apart, of one tenant too", () =>
      Effect.gen(function* () {
        const own = yield* installed({ endpoints })
        const sibling = yield* installed({ endpoints }, own.execution.tenantId)
        const stranger = yield* installed({ endpoints })
        const id = yield* own.as(made())
        const before = yield* own.as(list)
        for (const { as } of [sibling, stranger]) {
          assert.deepEqual(yield* as(list), [])
          assert.isNull(yield* as(find(id)))
          assert.isFalse((yield* as(update(id, { enabled: false }))).success)
          assert.isFalse((yield* as(remove(id))).success)
        }
        assert.deepEqual(yield* own.as(list), before)
      })
    )
  })
