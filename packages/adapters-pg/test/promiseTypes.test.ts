import type { ClientSummaryV2 } from "@alga-psa/ext-domain/ClientSummary"
import type { ClientsPageInput } from "@alga-psa/ext-domain/Clients"
import type { CursorPage } from "@alga-psa/ext-domain/CursorPage"
import { type KnownResource, resources } from "@alga-psa/ext-domain/Resources"
import type { ServiceSummaryV2 } from "@alga-psa/ext-domain/ServiceSummary"
import type { ServicesPageInput } from "@alga-psa/ext-domain/Services"
import type { Brand } from "effect"
import createKnex from "knex"
import pg from "pg"
import createPostgres from "postgres"
import { assert, expectTypeOf, it } from "vitest"
import * as Plain from "../src/promise.ts"

/** A type of the domain as those see it who know no brands. */
type Unbranded<A> = A extends string & Brand.Brand<infer _Name>
  ? string
  : A extends object
    ? { [Name in keyof A]: Unbranded<A[Name]> }
    : A

type Same<A> = { [Name in keyof A]: A[Name] }

it("plain reads have every resource, and the types of its last edition", () => {
  expectTypeOf<keyof Plain.Reads>().toEqualTypeOf<KnownResource["name"]>()
  expectTypeOf<Same<Plain.ClientsListInput>>().toEqualTypeOf<Same<ClientsPageInput>>()
  expectTypeOf<Same<Plain.ServicesListInput>>().toEqualTypeOf<Same<ServicesPageInput>>()
  expectTypeOf<Same<Plain.ClientSummary>>().toEqualTypeOf<Same<Unbranded<ClientSummaryV2>>>()
  expectTypeOf<Same<Plain.ServiceSummary>>().toEqualTypeOf<Same<Unbranded<ServiceSummaryV2>>>()
  expectTypeOf<Same<Plain.Page<string>>>().toEqualTypeOf<Same<CursorPage<string>>>()
  const { close, ...reads } = Plain.openReads({ query: async () => [] })
  assert.sameMembers(
    Object.keys(reads),
    resources.map(({ name }) => name)
  )
  // A third edition would have to be shown here.
  assert.deepEqual(
    resources.flatMap(({ editions }) => Object.keys(editions)),
    ["clients", "clients-v2", "services", "services-v2"]
  )
})

it("plain reads refuse a misspelt filter, and an option of the other kind of source, where they are compiled", () => {
  const { clients, services } = Plain.openReads({ query: async () => [] })
  const compiled = [
    // @ts-expect-error it is `search`
    () => clients.list("tenant", { serach: "north" }),
    // @ts-expect-error it is `search` here too
    () => clients.all("tenant", { serach: "north" }),
    // @ts-expect-error pages have no numbers
    () => clients.list("tenant", { page: 2 }),
    // @ts-expect-error it is a number
    () => clients.list("tenant", { pageSize: "10" }),
    // @ts-expect-error it has no such kind
    () => services.list("tenant", { itemKind: "thing" }),
    // @ts-expect-error the tenant comes first
    () => clients.list({ search: "north" }),
    // @ts-expect-error a pool of the caller's has its own bound
    () => Plain.openReads({ query: async () => [], maxConnections: 1 })
  ]
  assert.strictEqual(compiled.length, 7)
})

it("every driver's own types fit", () => {
  const compiled = [
    (pool: pg.Pool, client: pg.PoolClient) => [Plain.fromPg(pool), Plain.fromPg(client), Plain.fromPg(new pg.Client())],
    () => createKnex({}).transaction(async (trx) => [Plain.fromKnex(trx), Plain.fromKnex(createKnex({}))]),
    () => createPostgres().begin(async (sql) => void [Plain.fromPostgres(sql), Plain.fromPostgres(createPostgres())]),
    (pool: pg.Pool) => Plain.openReads({ query: (sql, values) => pool.query(sql, [...values]) })
  ]
  assert.strictEqual(compiled.length, 4)
})
