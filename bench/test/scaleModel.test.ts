import { assert, describe, it } from "@effect/vitest"
import { behindFor, type Demand, type Setup, simulate } from "../src/scaleModel/Model.ts"
import type { PoolCosts, PoolSetup } from "../src/scaleModel/Pool.ts"

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

describe("the model of sandbox processes", () => {
  const keeps: PoolSetup = {
    per: "install",
    components: 1,
    idleProcesses: 4,
    idleMb: 1_000_000,
    idleMs: 1_000_000,
    spares: 1,
    loadedSpares: 0,
    processMb: 90,
    instanceMb: 1
  }
  const costs: PoolCosts = { start: 50, settling: [40], loadedFirst: 10, instance: 4 }
  const of = (given: Partial<PoolSetup>, rest: Partial<Setup> = {}) =>
    simulate(demand, {
      ...setup,
      executions: 2_000,
      warmUp: 0.5,
      ...rest,
      sandbox: { keeps: { ...keeps, ...given }, costs }
    })

  it("finds the process of an install where as many are kept as there are installs, and none where one fewer is", () => {
    assert.deepEqual(of({ idleProcesses: 12 }).found.instance, 1)
    assert.deepEqual(of({ idleProcesses: 11 }).found.none, 1)
  })

  it("has a spare ready for who needs a process, where requests come seldom", () => {
    near(of({ idleProcesses: 6 }, { callers: { perSecond: 2 } }).median, whole + 40, 0.2)
  })

  it("takes the share of new processes that chance gives, where installs are asked alike", () => {
    const { found, processes } = of({}, { law: "alike", executions: 20_000 })
    near(found.none, 8 / 12, 0.03)
    assert.isAtMost(processes, 5)
  })

  it("keeps no more than memory allows beside what works", () => {
    const { found, memoryMb } = of({ idleProcesses: 12, idleMb: 500 })
    assert.deepEqual([found.none, memoryMb], [1, 6 * 90])
  })

  it("serves all installs of a component on one process, each on an instance of its own", () => {
    const { found, processes } = of({ per: "component", idleProcesses: 1 })
    assert.deepEqual([found.instance, processes], [1, 1])
  })

  it("makes an instance anew where memory keeps fewer than there are installs", () => {
    const few = of({ per: "component", idleProcesses: 1, idleMb: 70 }, { processors: 1 })
    assert.isAbove(few.found.process, 0.98)
    near(1_000 / few.perSecond, whole + costs.instance, 0.2)
  })

  it("starts another process of a component when waits took as long as a start", () => {
    const two = { callers: 2, concurrency: 2 }
    const { processes } = of({ per: "component" }, two)
    assert.equal(processes, 2)
    assert.equal(of({ per: "component" }, { ...two, concurrency: 1 }).processes, 1)
  })

  it("lets an install begin on a process that has loaded its component", () => {
    const { found, median } = of({ idleProcesses: 1, loadedSpares: 1 }, { callers: { perSecond: 2 } })
    assert.isAbove(found.loaded, 0.85)
    near(median, whole + costs.loadedFirst, 0.2)
  })

  it("answers at the rate at which requests come, where it can", () => {
    near(of({ idleProcesses: 12 }, { callers: { perSecond: 100 } }).perSecond, 100, 0.05)
    assert.isBelow(of({}, { callers: { perSecond: 100 }, processors: 1 }).perSecond, 20)
  })
})
