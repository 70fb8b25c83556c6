import { Executor } from "@alga-psa/ext-adapters-wit"
import { ClientReads, Invocation, type InvocationData, ServiceReads } from "@alga-psa/ext-domain"
import { createMockHostBindings, type HostBindings } from "@alga-psa/ext-extension-sdk"
import { handle } from "@alga-psa/ext-sample-extension"
import { Effect, Layer } from "effect"

interface Reads {
  readonly clients: Pick<HostBindings["clients"], "list" | "get">
  readonly services: Pick<HostBindings["services"], "list" | "get">
}

/** The sample's handler as a plain function in this process, with host functions that something else answers. */
const executorOf = (readsOf: (invocation: InvocationData) => Reads) =>
  Executor.of({
    execute: (_component, http) =>
      Effect.flatMap(Invocation, (invocation) =>
        Effect.promise(async () => {
          const { extensionId, tenantId } = invocation
          const request = { context: { tenantId, extensionId }, http: { ...http, headers: [...http.headers] } }
          const { clients, services } = readsOf(invocation)
          const mock = createMockHostBindings()
          const answer = await handle(request, {
            ...mock,
            clients: { ...mock.clients, ...clients },
            services: { ...mock.services, ...services }
          })
          return { status: answer.status, headers: answer.headers ?? [], body: answer.body ?? null }
        })
      )
  })

/** The floor: host functions are guarded reads, without a sandbox between. */
export const layerPlain: Layer.Layer<Executor, never, ClientReads | ServiceReads> = Layer.effect(
  Executor,
  Effect.gen(function* () {
    const clients = yield* ClientReads
    const services = yield* ServiceReads
    return executorOf((invocation) => {
      const run = <A, E>(read: Effect.Effect<A, E, Invocation>) =>
        Effect.runPromise(Effect.provideService(read, Invocation, invocation))
      return {
        clients: { list: (input) => run(clients.list(input)), get: (id) => run(clients.get(id)) },
        services: { list: (input) => run(services.list(input)), get: (id) => run(services.get(id)) }
      } as Reads
    })
  })
)

/** Today's shape: each host function is an HTTP call to an internal API. */
export const layerOverHttp = (api: string, token: string): Layer.Layer<Executor> =>
  Layer.succeed(
    Executor,
    executorOf(({ installId, tenantId, user }) => {
      const ask = async (path: string, input: object = {}) => {
        const response = await fetch(`${api}${path}`, {
          method: "POST",
          headers: { "content-type": "application/json", "x-internal-token": token },
          body: JSON.stringify({ tenant: tenantId, install: installId, user: user?.userId, ...input })
        })
        if (!response.ok) throw new Error(`the internal API answered ${response.status}: ${await response.text()}`)
        return JSON.parse(await response.text())
      }
      return {
        clients: { list: (input) => ask("/clients", input ?? {}), get: (id) => ask("/clients/get", { id }) },
        services: { list: (input) => ask("/services", input ?? {}), get: (id) => ask("/services/get", { id }) }
      } as Reads
    })
  )
