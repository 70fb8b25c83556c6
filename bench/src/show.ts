import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { layer } from "@alga-psa/ext-adapters-pg/PgPorts"
import { layerServer } from "@alga-psa/ext-adapters-pg/PgServer"
import { Effect, Layer, Redacted } from "effect"
import { CurrentTransformer } from "effect/sql/Statement"
const call = Effect.gen(function* () {
  const clients = yield* ClientReader; const services = yield* ServiceReader
  const t = "03c77003-6edb-4b7f-a4b5-40c77893030e" as any
  const b = { search: null, includeInactive: false, onlyClient: null, page: 1, pageSize: 25 }
  const s = { search: null, itemKind: null, isActive: null, billingMethod: null, page: 1, pageSize: 25 }
  yield* clients.list(t, b); yield* clients.list(t, { ...b, search: "consult" }); yield* clients.get(t, t); yield* services.list(t, s); yield* services.list(t, {...s, search: "consult"})
})
let i = 0
const out: string[] = ["set plan_cache_mode=force_generic_plan; set search_path=public;\\timing on"]
Effect.runPromise(Effect.provide(Effect.provideService(call, CurrentTransformer, (st: any) => Effect.sync(() => {
  const [text, params] = st.compile(); i++
  const lits = params.map((p: any) => typeof p === "number" ? p : `'${p}'`).join(",")
  const types = params.map((p: any) => typeof p === "number" ? "int" : "text").join(",")
  out.push(`PREPARE s${i}(${types}) AS ${text};`, `-- ${lits}`)
  return st })), Layer.provide(layer, layerServer({ url: Redacted.make(process.argv[2]!) })))).then(() => console.log(out.join("\n")))
