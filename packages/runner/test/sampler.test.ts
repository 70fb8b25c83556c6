import { assert, describe, it } from "@effect/vitest"
import { Context, Option, Tracer } from "effect"
import { isSampled, type SamplerName } from "../src/internal/sampler.ts"

const asked = (parent: Option.Option<Tracer.AnySpan>, sampled = true) => ({
  name: "span",
  parent,
  annotations: Context.empty(),
  links: [],
  startTime: 0n,
  kind: "internal" as const,
  root: false,
  sampled
})

const caller = (sampled: boolean, end = "0".repeat(16)) =>
  asked(
    Option.some(Tracer.externalSpan({ spanId: "1".repeat(16), traceId: `${"a".repeat(16)}${end}`, sampled })),
    sampled
  )

const root = asked(Option.none())
const inside = (sampled: boolean) => asked(Option.some(new Tracer.NativeSpan({ ...root, sampled })), sampled)

const decide = (name: SamplerName, share = 1) => [
  isSampled(name, share, root),
  isSampled(name, share, caller(true)),
  isSampled(name, share, caller(false))
]

describe("a sampler", () => {
  it("decides of traces that begin here, of those that a caller keeps, and of those that a caller does not", () => {
    assert.deepStrictEqual(decide("always_on"), [true, true, true])
    assert.deepStrictEqual(decide("always_off"), [false, false, false])
    assert.deepStrictEqual(decide("parentbased_always_on"), [true, true, false])
    assert.deepStrictEqual(decide("parentbased_always_off"), [false, true, false])
    assert.deepStrictEqual(decide("parentbased_traceidratio", 0), [false, true, false])
    assert.deepStrictEqual(decide("traceidratio", 1), [true, true, true])
    assert.deepStrictEqual(decide("traceidratio", 0), [false, false, false])
  })

  it("keeps a share of traces by their ids, so that every service keeps the same ones", () => {
    const ends = Array.from({ length: 16 }, (_, digit) => `000${digit.toString(16)}${"8".repeat(12)}`)
    const kept = ends.filter((end) => isSampled("traceidratio", 0.25, caller(false, end)))
    assert.deepStrictEqual(kept, ends.slice(0, 4))
  })

  it("goes by the span above within the runner, whatever its name", () => {
    for (const name of ["always_on", "always_off", "traceidratio"] as const) {
      assert.deepStrictEqual([isSampled(name, 0, inside(true)), isSampled(name, 1, inside(false))], [true, false])
    }
  })
})
