import { assert, describe, it } from "@effect/vitest"
import { type Demand, type Setup, simulate, turnoverFor } from "../src/scaleModel/Model.ts"

const demand: Demand = { callers: 0.2, runner: 1, sandbox: 2, database: 0.8, handingOn: 0.4 }
const setup: Setup = {
  runners: 1,
  callers: 1,
  installs: 12,
  concurrency: 4,
  processors: 64,
  elsewhere: 0,
  hostCalls: 4,
  latency: 1,
  handingLatency: 0,
  turnover: 0,
  executions: 4_000
}
const whole = demand.callers + demand.runner + demand.sandbox + demand.database

const near = (value: number, expected: number, share: number) =>
  assert.isBelow(Math.abs(value / expected - 1), share, `${value} for ${expected}`)

describe("the model of runners", () => {
  it("gives one caller the sum of all work and of the latency", () => {
    near(simulate(demand, setup).perSecond, 1_000 / (whole + setup.latency), 0.03)
  })

  it("gives many callers what the processors can do", () => {
    const { perSecond, processors } = simulate(demand, { ...setup, callers: 32, concurrency: 32, processors: 1 })
    near(perSecond, 1_000 / whole, 0.03)
    assert.isAbove(processors, 0.98)
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
    near(perSecond, 1_000 / (whole + setup.latency), 0.03)
  })

  it("charges for what is handed on", () => {
    const two = { ...setup, runners: 2 }
    const here = simulate(demand, two)
    const elsewhere = simulate(demand, { ...two, elsewhere: 1 })
    assert.isAbove(elsewhere.median, here.median)
    near(1_000 / elsewhere.perSecond - 1_000 / here.perSecond, demand.handingOn, 0.2)
  })

  it("finds the turnover of a place from what was done", () => {
    const full = { ...setup, callers: 16, turnover: 3 }
    near(turnoverFor(demand, full, simulate(demand, full).perSecond), 3, 0.05)
  })
})
