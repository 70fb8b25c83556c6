import type { ClientSummary } from "@alga-psa/ext-domain/ClientSummary"
import type * as Clients from "@alga-psa/ext-domain/Clients"
import type { Page } from "@alga-psa/ext-domain/Page"
import { type KnownResource, resources } from "@alga-psa/ext-domain/Resources"
import type { ServiceSummary } from "@alga-psa/ext-domain/ServiceSummary"
import type * as Services from "@alga-psa/ext-domain/Services"
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

it("plain reads have every resource and every operation that the domain declares, and the domain's types", () => {
  expectTypeOf<keyof Plain.Reads>().toEqualTypeOf<KnownResource["name"]>()
  expectTypeOf<Same<Plain.ClientsListInput>>().toEqualTypeOf<Same<Clients.ClientsListInput>>()
  expectTypeOf<Same<Plain.ServicesListInput>>().toEqualTypeOf<Same<Services.ServicesListInput>>()
  expectTypeOf<Same<Plain.ClientSummary>>().toEqualTypeOf<Same<Unbranded<ClientSummary>>>()
  expectTypeOf<Same<Plain.ServiceSummary>>().toEqualTypeOf<Same<Unbranded<ServiceSummary>>>()
  expectTypeOf<Same<Plain.Page<string>>>().toEqualTypeOf<Same<Page<string>>>()
  const reads = Plain.openReads({ query: async () => [] })
  for (const { name, operations } of resources) {
    assert.sameMembers(Object.keys(reads[name as keyof Plain.Reads]), Object.keys(operations))
  }
})

it("plain reads refuse a misspelt filter, and an option of the other kind of source, where they are compiled", () => {
  const { clients, services } = Plain.openReads({ query: async () => [] })
  const compiled = [
    // @ts-expect-error it is `search`
    () => clients.list("tenant", { serach: "north" }),
    // @ts-expect-error it is a number
    () => clients.list("tenant", { pageSize: "10" }),
    // @ts-expect-error it has no such kind
    () => services.list("tenant", { itemKind: "thing" }),
    // @ts-expect-error the tenant comes first
    () => clients.list({ search: "north" }),
    // @ts-expect-error a pool of the caller's has its own bound
    () => Plain.openReads({ query: async () => [], maxConnections: 1 })
  ]
  assert.strictEqual(compiled.length, 5)
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
