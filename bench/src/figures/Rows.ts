import type { Cell } from "../Report.ts"
import type { Kept } from "./Kept.ts"

/** Where a number stands in a kept report: in the table whose title begins so, in the row with these cells. */
export interface Place {
  readonly bench: string
  readonly table: string
  readonly where: Readonly<Record<string, Cell>>
  readonly column: string
}

/** A row of the page of figures. */
export interface Row {
  /** What is measured, with its unit. */
  readonly what: string
  readonly here: Place
  /** What it stands beside, and its number there; null where it stands alone. */
  readonly beside: { readonly name: string; readonly place: Place } | null
  /** Which is better. */
  readonly better: "less" | "more"
}

const lists =
  (list: string, operation: string, size: number) =>
  (column: string): Place => ({
    bench: "postgres",
    table: "Lists of 25",
    where: { list, operation, "tenant's rows": size },
    column
  })

const list = (what: string, name: string, operation: string, size: number): Row => {
  const place = lists(name, operation, size)
  return {
    what: `${what} ${size.toLocaleString("en-US")} (ms)`,
    here: place("ours"),
    beside: { name: "the product's list", place: place("today") },
    better: "less"
  }
}

const everyClient: Place = {
  bench: "postgres",
  table: "All clients, 100 a page",
  where: { "tenant's rows": 20_000 },
  column: "ours"
}

const oneClient = (by: string): Place => ({
  bench: "postgres",
  table: "Get one client, one caller, 10 connections",
  where: { by },
  column: "median"
})

const overview = (tenant: string, by: string, column: string): Place => ({
  bench: "execute",
  table: "Requests one after another",
  where: { tenant, by },
  column
})

const inSandbox = (contender: string): Place => ({
  bench: "sandbox",
  table: "One request at a time",
  where: { contender },
  column: "a request"
})
const ours = inSandbox("ours, QuickJS, memory written back")

const besideSandbox = (contender: string, name: string): Row => ({
  what: "a request of two lists and two gets, on data in memory (ms)",
  here: ours,
  beside: { name, place: inSandbox(contender) },
  better: "less"
})

const event = (what: string, figure: string): Row => ({
  what,
  here: { bench: "sandbox", table: "Single events", where: { figure }, column: "measured" },
  beside: null,
  better: "less"
})

const requests = (size: string, tenant: string): ReadonlyArray<Row> => [
  {
    what: `four reads by one caller, tenant of ${size} (ms)`,
    here: overview(tenant, "runner", "median"),
    beside: { name: "four HTTP calls, no sandbox", place: overview(tenant, "today", "median") },
    better: "less"
  },
  {
    what: `the same (ms)`,
    here: overview(tenant, "runner", "median"),
    beside: { name: "the same reads, no sandbox", place: overview(tenant, "floor", "median") },
    better: "less"
  },
  {
    what: `requests a second of 16 callers, tenant of ${size}`,
    here: overview(tenant, "runner", "16: req/s"),
    beside: { name: "four HTTP calls, no sandbox", place: overview(tenant, "today", "16: req/s") },
    better: "more"
  }
]

const ofTwo = (runner: string): Place => ({
  bench: "cluster",
  table: "One install, one caller",
  where: { runner },
  column: "median"
})

const many = (by: string): Place => ({
  bench: "many",
  table: "100 clients by their ids",
  where: { "execution that": by },
  column: "median"
})

const byKind =
  (table: string, column: string) =>
  (kind: string): Place => ({
    bench: "sandbox-installs",
    table,
    where: { "a process for each": kind },
    column
  })
const atRandom = byKind("Requests of 16 installs at random", "requests/s")
const moreMemory = byKind("Memory of sandbox processes that keep installs", "each more install")

const processes = (count: number): Place => ({
  bench: "sandbox-growth",
  table: "Requests by the number of sandbox processes",
  where: { processes: count },
  column: "requests/s"
})

/** The figures that matter, by the part of the page that they stand in. */
export const groups: Readonly<Record<string, ReadonlyArray<Row>>> = {
  reads: [
    list("first page of 25 clients with their number, of", "clients", "first page", 500),
    list("the same, of", "clients", "first page", 20_000),
    list("the same, of", "clients", "first page", 200_000),
    list("a page far down, of", "clients", "deep page", 200_000),
    list("search for a term that is absent, of", "clients", "search, absent", 200_000),
    list("first page of 25 services with their number, of", "services", "first page", 2_000),
    {
      what: "all clients of 20,000, 100 a page (ms)",
      here: everyClient,
      beside: { name: "the product's list, by page number", place: { ...everyClient, column: "today" } },
      better: "less"
    },
    {
      what: "one client by its id (ms)",
      here: oneClient("ours"),
      beside: { name: "the product's statement", place: oneClient("today") },
      better: "less"
    },
    {
      what: "an execution that reads 100 clients by their ids (ms)",
      here: many("calls getMany once"),
      beside: { name: "100 calls of get", place: many("calls get for each") },
      better: "less"
    }
  ],
  requests: [...requests("500 clients", "small"), ...requests("20,000 clients", "large")],
  sandbox: [
    besideSandbox("isolated-vm, fresh isolate from a snapshot", "isolated-vm, in the host's process"),
    besideSandbox("quickjs-emscripten, fresh context", "quickjs-emscripten, in the host's process"),
    besideSandbox("worker thread per request", "a worker thread for each request"),
    event("the first request of a component never seen (ms)", "first request of a component never seen"),
    event("from the deadline of an endless loop to its end (ms)", "end of a busy loop after its deadline")
  ],
  scale: [
    {
      what: "requests a second, two processes on two cores",
      here: processes(2),
      beside: { name: "one process", place: processes(1) },
      better: "more"
    },
    {
      what: "memory of one more install kept ready, in a process of its own (MB)",
      here: {
        bench: "sandbox-growth",
        table: "Requests of so many installs in turn",
        where: { installs: 100 },
        column: "its own share"
      },
      beside: null,
      better: "less"
    },
    {
      what: "memory of one more install kept ready, in its component's process (MB)",
      here: moreMemory("component"),
      beside: { name: "in a process of its own", place: moreMemory("install") },
      better: "less"
    },
    {
      what: "requests a second of 16 installs at random, two processes kept, each of a component",
      here: atRandom("component"),
      beside: { name: "each of an install", place: atRandom("install") },
      better: "more"
    },
    {
      what: "a request handed on by another runner (ms)",
      here: ofTwo("of two, where it does not"),
      beside: { name: "the same, not handed on", place: ofTwo("of two, where the install lives") },
      better: "less"
    }
  ]
}

/** The number at a place; null where there is no report of that bench. A report that lacks it is an error. */
export const numberAt = (kept: ReadonlyMap<string, Kept>, { bench, column, table, where }: Place): number | null => {
  const report = kept.get(bench)?.report
  if (report === undefined) return null
  const found = report.tables.find(({ title }) => title.startsWith(table))
  const cell = (row: ReadonlyArray<Cell>, name: string) => row[found?.columns.indexOf(name) ?? -1]
  const row = found?.rows.find((one) => Object.entries(where).every(([name, value]) => cell(one, name) === value))
  const value = row === undefined ? undefined : cell(row, column)
  if (typeof value !== "number") {
    throw new Error(`the kept report of ${bench} has no ${column} in "${table}", ${JSON.stringify(where)}`)
  }
  return value
}
