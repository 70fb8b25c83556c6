import { asExecution, Scheduler } from "@alga-psa/ext-domain"
import { bareExecution } from "@alga-psa/ext-domain/testing/bareExecution"
import { turn } from "@alga-psa/ext-domain/testing/EventLoop"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { datasetOf, sizedData } from "../src/dev/DevData.ts"
import { place } from "../src/dev/DevDatabase.ts"
import type { DevFiles } from "../src/dev/DevFiles.ts"
import { makeDevWorld } from "../src/dev/DevWorld.ts"

const rows = datasetOf(sizedData(1))
const files = (secrets: Record<string, string>): DevFiles => ({ secrets, origins: [], hasRoutes: false, problems: [] })

const itself = bareExecution({ tenantId: place.tenant, extensionId: place.extension, installId: place.install })

describe("the world of a development server", () => {
  it.live("has the author's files as the newest read found them, whichever ends last", () =>
    Effect.gen(function* () {
      const reads: Array<() => void> = []
      let asked = 0
      const read = () => {
        asked += 1
        const found = files({ READ: String(asked) })
        return asked === 1 ? Promise.resolve(found) : new Promise<DevFiles>((done) => reads.push(() => done(found)))
      }
      const world = yield* makeDevWorld("", rows, read)
      const loading = yield* Effect.forEach(["one", "two"], () =>
        Effect.forkChild(world.load({}), { startImmediately: true })
      )
      while (loading.some((fiber) => fiber.pollUnsafe() === undefined)) {
        reads.pop()?.()
        yield* turn
      }
      assert.deepStrictEqual(world.files().secrets, { READ: "3" })
    })
  )

  it.effect("keeps what came of the schedule's newest run, whichever ends last", () =>
    Effect.gen(function* () {
      const world = yield* makeDevWorld("", rows, () => Promise.resolve(files({})))
      const endpoint = { method: "GET", path: "/a", handler: "a" } as const
      yield* world.load({ api: { endpoints: [endpoint] } })
      const { scheduleId } = yield* Effect.flatMap(Scheduler, (scheduler) =>
        scheduler.createSchedule({ endpoint: "endpoint-1", cron: "0 2 * * *" })
      ).pipe(asExecution(itself), Effect.provide(Layer.mergeAll(Layer.empty, ...world.ports)))
      const id = scheduleId ?? assert.fail()
      world.ran(id, "2026-01-01T00:00:02.000Z", null)
      world.ran(id, "2026-01-01T00:00:01.000Z", "older")
      assert.deepInclude(world.schedule(id), {
        ...{ lastRunAt: "2026-01-01T00:00:02.000Z", lastRunStatus: "success", lastError: null }
      })
      world.ran(id, "2026-01-01T00:00:03.000Z", "newer")
      assert.deepInclude(world.schedule(id), { lastRunStatus: "failure", lastError: "newer" })
    })
  )
})
