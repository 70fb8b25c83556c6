import { Effect, Metric } from "effect"
import { ComponentStore, defaultLimits, ok, Sandbox } from "../src/index.ts"
import { scriptGuest } from "./support/Guests.ts"
import { requestOf, sandboxOf } from "./support/Run.ts"

const page = {
  items: Array.from({ length: 25 }, (_, i) => ({
    clientId: "c0000000-0001-4000-8000-00000000000" + i,
    clientName: "Northwind " + i,
    clientType: "company",
    isInactive: false,
    defaultCurrencyCode: "USD",
    accountManagerId: null,
    accountManagerName: "Some One",
    billingEmail: "a@b.c",
    tags: ["x", "y"]
  })),
  totalCount: 25,
  page: 1,
  pageSize: 25
}
const body = Buffer.from(
  JSON.stringify([
    { interface: "clients", function: "listClients", args: [{}] },
    { interface: "clients", function: "getClient", args: ["x"] },
    { interface: "clients", function: "getClient", args: ["x"] }
  ])
)
const med = (a: number[]) => {
  a.sort((x, y) => x - y)
  return `med ${a[a.length >> 1]!.toFixed(3)} p90 ${a[(a.length * 0.9) | 0]!.toFixed(3)}`
}
const n = Number(process.argv[3] ?? 400)
const main = Effect.gen(function* () {
  const store = yield* ComponentStore
  const sb = yield* Sandbox
  for (const engine of (process.argv[2] ?? "quickjs,starlingmonkey").split(",") as any[]) {
    const bytes = yield* Effect.promise(() => scriptGuest("probe", engine))
    let t = performance.now()
    const component = yield* store.accept(bytes)
    console.log(engine, "accept", (performance.now() - t).toFixed(0), component.unrestorable)
    for (const unrestorable of [null, "off"]) {
      const c = {
        ...component,
        unrestorable: component.unrestorable ?? unrestorable,
        modules: unrestorable ? component.modules : component.modules
      }
      const times: number[] = []
      const one = (installId: string) =>
        sb.execute({
          component: c,
          tenantId: "t",
          installId,
          request: requestOf(body),
          limits: defaultLimits,
          host: (call: any) => Effect.succeed(ok(call.function === "listClients" ? page : page.items[0]))
        })
      for (let i = 0; i < n; i++) {
        t = performance.now()
        yield* one("i" + unrestorable)
        times.push(performance.now() - t)
        if (i % 1 === 0)
          yield* Effect.promise(() => new Promise((r) => setTimeout(r, process.argv[4] ? Number(process.argv[4]) : 0)))
      }
      console.log(engine, unrestorable ?? "restored", med(times.slice(20)), "first", times[0])
    }
  }
  console.log(yield* Metric.dump)
}).pipe(Effect.provide(sandboxOf()), Effect.scoped)
await Effect.runPromise(main as any)
