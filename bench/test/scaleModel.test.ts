import { assert, describe, it } from "@effect/vitest"
import { behindFor, type Demand, type Setup, simulate } from "../src/scaleModel/Model.ts"

const demand: Demand = { callers: 0.2, runner: 1, sandbox: 2, database: 0.8, handingOn: 0.4 }
const setup: Setup = {
  runners: 1,
  callers: 1,
  installs: 12,
  concurrency: 4,
  processors: 256,
  elsewhere: 0,
  hostCalls: 4,
  behind: 0,
  executions: 4_000
}
const whole = demand.callers + demand.runner + demand.sandbox + demand.database

const near = (value: number, expected: number, share: number) =>
  assert.isBelow(Math.abs(value / expected - 1), share, `${value} for ${expected}`)

describe("the model of runners", () => {
  it("gives one caller the sum of all work", () => {
    near(simulate(demand, setup).perSecond, 1_000 / whole, 0.03)
  })

  it("gives one caller who has processors enough only the work that it waits for", () => {
    const { perSecond } = simulate(demand, { ...setup, behind: 0.5 })
    near(perSecond, 1_000 / (whole - (whole - demand.callers) / 2), 0.03)
  })

  it("gives many callers what one processor can do", () => {
    const many = { ...setup, callers: 32, concurrency: 32, processors: 1 }
    for (const behind of [0, 0.2]) {
      const { perSecond, processors } = simulate(demand, { ...many, behind })
      near(perSecond, 1_000 / whole, 0.03)
      assert.isAbove(processors, 0.98)
    }
  })

  // The share of time in which balanced queues work, when so many jobs go round between them by chance.
  it.each([2, 4, 8])("keeps two processors busy as %i jobs do that find theirs by chance", (callers) => {
    const free = { ...demand, callers: 0, runner: 0 }
    const { processors } = simulate(free, { ...setup, callers, concurrency: callers, processors: 2 })
    near(processors, callers / (callers + 1), 0.03)
  })

  it("gives many callers no more than the main thread of a runner can do, and twice that with two", () => {
    const many = { ...setup, callers: 64, concurrency: 64 }
    const one = simulate(demand, many)
    near(one.perSecond, 1_000 / demand.runner, 0.03)
    assert.isAbove(one.runner, 0.98)
    near(simulate(demand, { ...many, callers: 128, runners: 2 }).perSecond, 2_000 / demand.runner, 0.05)
  })

  it("gives many callers no more than so many executions at a time", () => {
    const { perSecond } = simulate(demand, { ...setup, callers: 64, concurrency: 1 })
    near(perSecond, 1_000 / whole, 0.03)
  })

  it("charges for what is handed on", () => {
    const two = { ...setup, runners: 2 }
    const here = simulate(demand, two)
    const elsewhere = simulate(demand, { ...two, elsewhere: 1 })
    assert.isAbove(elsewhere.median, here.median)
    near(1_000 / elsewhere.perSecond - 1_000 / here.perSecond, demand.handingOn, 0.2)
  })

  it("finds the share of the work behind the answer from what was done", () => {
    const behind = 0.3
    near(behindFor(demand, setup, simulate(demand, { ...setup, behind }).perSecond), behind, 0.02)
  })
})
