import type { HttpFetchError, HttpFetchRequest, HttpFetchResponse } from "@alga-psa/ext-domain/HttpFetch"
import type { InstallId, TenantId } from "@alga-psa/ext-domain/Identifiers"
import { Invocation } from "@alga-psa/ext-domain/Invocation"
import type { EndpointInfo } from "@alga-psa/ext-domain/Scheduler"
import type { UiProxyError } from "@alga-psa/ext-domain/UiProxy"
import { Context, Effect, Layer } from "effect"

/** What the outside answers to a request: a response, or how the request fails. */
export interface FetchFixture {
  readonly method: string
  readonly url: string
  readonly answer: HttpFetchResponse | HttpFetchError["code"]
}

/** What a route of the product answers: bytes, or how the call fails. */
export interface RouteFixture {
  /** `GET` is a call without payload, `POST` one with. */
  readonly method: "GET" | "POST"
  /** With its query. */
  readonly route: string
  readonly answer: Uint8Array | UiProxyError["code"]
}

/** What an install has, apart from rows of the database. */
export interface InstallFixtures {
  readonly secrets: Readonly<Record<string, string>>
  readonly outside: ReadonlyArray<FetchFixture>
  readonly routes: ReadonlyArray<RouteFixture>
  readonly endpoints: ReadonlyArray<EndpointInfo>
}

/** What an install sent: a request to the outside, or the call of a route. */
export type Sent = HttpFetchRequest | { readonly route: string; readonly payload: Uint8Array | null }

/** Installs in memory, which the memory adapters of the ports beside the reads use. */
export interface MemoryInstallsService {
  /** Gives an install what it has, in place of what it had. */
  readonly load: (tenant: TenantId, install: InstallId, fixtures: Partial<InstallFixtures>) => Effect.Effect<void>
  /** What the install behind the execution has. */
  readonly fixtures: Effect.Effect<InstallFixtures, never, Invocation>
  /** Keeps in mind what the install behind the execution sends. */
  readonly send: (what: Sent) => Effect.Effect<void, never, Invocation>
  /** What the install behind the execution sent, in order: the latest 1,000. */
  readonly sent: Effect.Effect<ReadonlyArray<Sent>, never, Invocation>
}

/** The installs behind the memory adapters. */
export class MemoryInstalls extends Context.Service<MemoryInstalls, MemoryInstallsService>()(
  "@alga-psa/ext-adapters-memory/MemoryInstalls"
) {}

/** Of what an install sent, the latest are kept. */
const mostSent = 1_000

const nothing: InstallFixtures = { secrets: {}, outside: [], routes: [], endpoints: [] }

/** Names the execution's install among those of all tenants. */
export const installKey = Effect.map(Invocation, ({ installId, tenantId }) => `${tenantId} ${installId}`)

const make = Effect.sync(() => {
  const fixtures = new Map<string, InstallFixtures>()
  const sent = new Map<string, ReadonlyArray<Sent>>()
  const sentBy = Effect.map(installKey, (install) => sent.get(install) ?? [])
  return MemoryInstalls.of({
    load: (tenant, install, given) =>
      Effect.sync(() => {
        fixtures.set(`${tenant} ${install}`, { ...nothing, ...given })
      }),
    fixtures: Effect.map(installKey, (install) => fixtures.get(install) ?? nothing),
    send: (what) =>
      Effect.map(installKey, (install) => {
        sent.set(install, [...(sent.get(install) ?? []), what].slice(-mostSent))
      }),
    sent: sentBy
  })
})

/** No install has anything yet. */
export const layerInstalls: Layer.Layer<MemoryInstalls> = Layer.effect(MemoryInstalls, make)
