import type { Table } from "../Report.ts"
import type { Planned } from "./Plan.ts"
import { keptMb, keptProcesses, mostBusy, plannedComponents, processorsEach, tenantPerSecond } from "./Plan.ts"
import type { SandboxCase } from "./SandboxCases.ts"
import type { SandboxCosts } from "./SandboxCosts.ts"

/** What of a case the model may miss: how many requests a second, or how long they take where they come at a rate. */
const compared = ({ atRate, measured, modelled }: SandboxCase) =>
  atRate
    ? { what: "median ms", is: measured.median, model: modelled.median }
    : { what: "requests/s", is: measured.rate, model: modelled.perSecond }

/** How far off the model's processor time of a request is, as a share of what was measured: other work on the machine hides less of it. */
export const workMissOf = ({ measured, modelled }: SandboxCase): number =>
  modelled.processorMs / measured.processorMs - 1

/** How far off the model is, as a share of what was measured. */
export const missOf = (one: SandboxCase): number => {
  const { is, model } = compared(one)
  return model / is - 1
}

/** What the model of the sandbox is fed with. */
export const costsTable = ({ demand, instanceMb, pool, processMb }: SandboxCosts): Table => ({
  title: "The sandbox alone, fed with: milliseconds of a processor, and resident MB",
  columns: ["what", "is"],
  rows: [
    ["a request on a process that has served many: the runner's main thread", demand.runner],
    ["the same: its process", demand.sandbox],
    ["to start a process", pool.start],
    ["more for its first request, a spare started", pool.settling[0] ?? null],
    ["more for its next 29 requests together", pool.settling.slice(1).reduce((sum, more) => sum + more, 0)],
    ["more for the first request on one that has loaded the component", pool.loadedFirst],
    ["another instance in a process", pool.instance],
    ["MB of a process with one instance", processMb],
    ["MB of another instance", instanceMb]
  ]
})

/** Each load as it was measured, beside what the model says of it. */
export const casesTable = (cases: ReadonlyArray<SandboxCase>, goal: number): Table => ({
  title: "The sandbox alone: measured, and what the model says",
  columns: [
    ...[
      "load",
      "a process for each",
      "what",
      "measured",
      "model",
      "off by %",
      `within ${goal * 100} %`,
      "p99 ms",
      "model"
    ],
    ...["processor ms a request", "model", "off by %"]
  ],
  rows: cases.map((one) => {
    const { is, model, what } = compared(one)
    const off = missOf(one)
    const { measured, modelled, name, per } = one
    return [
      ...[name, per, what, is, model, off * 100, Math.abs(off) <= goal ? "yes" : "NO", measured.p99, modelled.p99],
      ...[measured.processorMs, modelled.processorMs, workMissOf(one) * 100]
    ]
  })
})

/** How many runners so many tenants take, by how their installs are asked and what a process is for. */
export const planTable = (plans: ReadonlyArray<Planned>): Table => ({
  title:
    `Tenants with one install each of ${plannedComponents} components, ${tenantPerSecond} executions a second each: runners of ` +
    `${processorsEach} processors, ${mostBusy * 100} % busy, that keep ${keptProcesses} processes within ${keptMb / 1_000} GB`,
  columns: [
    ...["tenants", "asked", "a process for each", "runners", "of one: processes", "resident GB"],
    ...["on a new process, %", "on a new instance, %", "median ms", "p99 ms"]
  ],
  rows: plans.map(({ law, outcome, per, runners, tenants }) => [
    tenants,
    law === "alike" ? "alike" : "by a Zipf law on each runner",
    per,
    runners,
    outcome.processes,
    outcome.memoryMb / 1_000,
    (outcome.found.none + outcome.found.loaded) * 100,
    outcome.found.process * 100,
    outcome.median,
    outcome.p99
  ])
})
