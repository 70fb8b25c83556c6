import { interruptSomeSteps } from "@alga-psa/ext-domain/testing/interruptEveryStep"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric } from "effect"
import { layer } from "../src/PgPorts.ts"
import { layerByTenant } from "../src/PgPortsByTenant.ts"
import { noneUnderWay } from "../testing/NoneUnderWay.ts"
import { list, ports, reason, tables, writing } from "./faultCases.ts"

const inFlight = Effect.map(
  Metric.value(Metric.gauge("alga_extension_database_statements_in_flight")),
  ({ value }) => value
)

describe.each([
  { adapter: layer, reads: "a read" },
  { adapter: layerByTenant, reads: "a read in its tenant's transaction" }
])("Interrupted at steps that a seed chooses: $reads", ({ adapter }) => {
  it.live("leaves no statement, no transaction and no connection taken, and the next reads are answered", () =>
    Effect.gen(function* () {
      const url = yield* tables
      yield* Effect.gen(function* () {
        const steps = yield* interruptSomeSteps(list, { count: 60, seed: "reads" }, () =>
          Effect.gen(function* () {
            const both = yield* Effect.all([reason(list), reason(list), reason(list)], { concurrency: 3 })
            assert.deepEqual(both, ["answered", "answered", "answered"])
          })
        )
        assert.isAbove(steps, 10)
        yield* writing(url)(noneUnderWay)
        yield* Effect.repeat(inFlight, { until: (count) => count === 0 })
      }).pipe(Effect.provide(ports(url, { maxConnections: 2 }, undefined, adapter)))
    })
  )
})
