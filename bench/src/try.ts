import { layer } from "@alga-psa/ext-adapters-pg/PgPorts"
import { layerServer } from "@alga-psa/ext-adapters-pg/PgServer"
import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { createHash } from "node:crypto"
import { Effect, Layer, Redacted } from "effect"
const idOf = (text: string) => { const h = createHash("md5").update(text).digest("hex"); const x = h.slice(0,12)+"4"+h.slice(13,16)+"a"+h.slice(17); return `${x.slice(0,8)}-${x.slice(8,12)}-${x.slice(12,16)}-${x.slice(16,20)}-${x.slice(20)}` }
const program = Effect.gen(function* () {
  const clients = yield* ClientReader
  const services = yield* ServiceReader
  const time = (name: string, n: number, eff: Effect.Effect<any, any>) => Effect.gen(function* () {
    const times: number[] = []
    let r: any
    for (let i = 0; i < n + 8; i++) { const t = performance.now(); r = yield* eff; times.push(performance.now() - t) }
    const s = times.slice(8).sort((a, b) => a - b)
    console.log(name.padEnd(40), s[s.length >> 1]!.toFixed(3), s.at(-1)!.toFixed(3), r?.totalCount ?? r?.clientName)
  })
  const base = { search: null, includeInactive: false, onlyClient: null, page: 1, pageSize: 25 }
  const sbase = { search: null, itemKind: null, isActive: null, billingMethod: null, page: 1, pageSize: 25 }
  for (const k of [11, 1, 0]) {
    const t = idOf(`tenant ${k}`) as any
    const N = [200_000, 20_000][k] ?? 500
    const n = k == 0 ? 10 : 100
    yield* time(`${k} first`, n, clients.list(t, base))
    yield* time(`${k} deep`, n, clients.list(t, { ...base, page: Math.floor(N * 0.8 / 100) , pageSize: 100}))
    for (const search of ["consult", "quartz", "zzyzx"]) yield* time(`${k} ${search}`, n, clients.list(t, { ...base, search }))
    const id = (yield* clients.list(t, base)).items[3]!.clientId
    yield* time(`${k} get`, 500, clients.get(t, id))
    yield* time(`${k} services`, n, services.list(t, sbase))
    yield* time(`${k} services active`, n, services.list(t, {...sbase, isActive: true}))
    yield* time(`${k} services deep`, n, services.list(t, {...sbase, page: Math.max(1,Math.floor(N/10*0.8/25))}))
    for (const search of ["consult", "quartz", "zzyzx"]) yield* time(`${k} services ${search}`, n, services.list(t, { ...sbase, search }))
  }
})
Effect.runPromise(Effect.provide(program, Layer.provide(layer, layerServer({ url: Redacted.make(process.argv[2]!) }))))
