import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Redacted, Scope } from "effect"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { layerAdmin } from "../src/AdminClient.ts"
import { databaseFitness, type Wanted } from "../src/DatabaseFitness.ts"
import { createTables } from "../src/Fixture.ts"
import { layerServer } from "../src/PgServer.ts"
import * as TenantPolicies from "../src/TenantPolicies.ts"
import { testDatabase } from "../testing/TestDatabase.ts"
import { reader } from "./reader.ts"

const scope = Scope.makeUnsafe()
const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Scope.provide(effect, scope))

let owner: Redacted.Redacted
let login: { readonly name: TenantPolicies.PolicyOptions["reader"]; readonly url: Redacted.Redacted }

const usual: Wanted = { pooler: "none", plans: "generic", rowSecurity: false }

const fitness = (url: Redacted.Redacted, wanted: Partial<Wanted> = {}) =>
  run(Effect.provide(databaseFitness({ ...usual, ...wanted }), layerServer({ url, maxConnections: 1 })))

const change = (...statements: ReadonlyArray<string>) =>
  run(
    Effect.flatMap(PgClient.PgClient, (sql) =>
      Effect.forEach(statements, (statement) => sql.unsafe(statement).unprepared, { discard: true })
    ).pipe(Effect.provide(PgClient.layer({ url: owner, maxConnections: 1 })))
  )

beforeAll(async () => {
  owner = await run(testDatabase)
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

describe("A database", () => {
  it("without the product's tables is not Alga's, and is named by some of them", async () => {
    const { data, session } = await fitness(owner)
    assert.isNull(session)
    assert.match(
      String(data),
      /^the database has no table clients, contacts, .+ and \d+ more in the schema public: check/
    )
  })

  it("with them is fit for the reading login, and for one that owns them", async () => {
    await run(Effect.provide(createTables, PgClient.layer({ url: owner, maxConnections: 1 })))
    login = await run(reader(owner))
    assert.deepStrictEqual(await fitness(login.url), { session: null, data: null })
    assert.deepStrictEqual(await fitness(owner), { session: null, data: null })
  })

  it("of another version is not fit, and says which column it lacks", async () => {
    await change("ALTER TABLE clients RENAME COLUMN billing_email TO mail")
    assert.match(String((await fitness(owner)).data), /^the database has no column clients\.billing_email: /)
    await change("ALTER TABLE clients RENAME COLUMN mail TO billing_email")
  })

  it("is not fit for a login that may not read all of it, and says what", async () => {
    await change(`REVOKE SELECT (client_name) ON clients FROM ${login.name}`)
    assert.strictEqual(
      (await fitness(login.url)).data,
      `${login.name} may not read clients.client_name: run db role --apply`
    )
    await change(`GRANT SELECT (client_name) ON clients TO ${login.name}`)
  })

  it("with policies is fit only for a runner that tells its tenants, and with no policy that it does not know", async () => {
    await run(Effect.provide(TenantPolicies.apply({ reader: login.name, unrestricted: [] }), layerAdmin(owner)))
    assert.match(
      String((await fitness(login.url)).data),
      /^row level security holds .+ on clients, .+: set DATABASE_ROW_SECURITY=on$/
    )
    assert.isNull((await fitness(login.url, { rowSecurity: true })).data)
    await change(`CREATE POLICY region ON clients AS RESTRICTIVE TO ${login.name} USING (false)`)
    assert.match(
      String((await fitness(login.url, { rowSecurity: true })).data),
      /^policies that the runner does not know hold .+: clients region; /
    )
    await change("DROP POLICY region ON clients", "DROP POLICY alga_ext_tenant ON clients")
    assert.match(String((await fitness(login.url, { rowSecurity: true })).data), /clients without alga_ext_tenant/)
  })

  it("is not fit where its sessions are not what was asked for, whichever of it is missing", async () => {
    const plain = (wanted: Partial<Wanted>) =>
      run(Effect.provide(databaseFitness({ ...usual, ...wanted }), PgClient.layer({ url: owner, maxConnections: 1 })))
    assert.match(
      String((await plain({})).session),
      /do not reach the server: behind a pooler set DATABASE_POOLER=transaction/
    )
    const { username } = new URL(Redacted.value(owner))
    assert.include(String((await plain({ pooler: "transaction" })).session), `transactions of ${username} may write`)
    const ofRole = (wanted: Partial<Wanted>) =>
      run(
        Effect.provide(databaseFitness({ ...usual, ...wanted }), PgClient.layer({ url: login.url, maxConnections: 1 }))
      )
    assert.match(String((await ofRole({})).session), /do not reach the server/)
    assert.isNull((await ofRole({ pooler: "transaction" })).session)
    await change(`ALTER ROLE ${login.name} SET statement_timeout = 0`)
    assert.match(String((await ofRole({ pooler: "transaction" })).session), /have no time-out/)
  })
})
