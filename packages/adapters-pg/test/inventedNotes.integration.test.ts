import { ContractData } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { noteRow, notesContract } from "@alga-psa/ext-adapters-memory/testing/InventedNotes"
import { ClientId, Uuid } from "@alga-psa/ext-domain/Identifiers"
import {
  MemoReader,
  type Note,
  NoteReader,
  type NotesPageQuery,
  type NotesQuery,
  type NoteV2
} from "@alga-psa/ext-domain/testing/Notes"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { makeReader } from "../src/internal/reader.ts"
import { onEmbedded } from "./databases.ts"
import { shared } from "./shared.ts"

const Row = Schema.Struct({ id: Uuid, full_name: Schema.String, client_id: Schema.NullOr(ClientId) })
type Row = typeof Row.Type
const More = Schema.Struct({ email: Schema.NullOr(Schema.String) })
type More = typeof More.Type

const summary = (row: Row): Note => ({ noteId: row.id, title: row.full_name, clientId: row.client_id })

const ofNotes = (sql: SqlClient) => ({
  Row,
  summary,
  from: sql`contacts AS n`,
  tenant: sql`n.tenant`,
  id: sql`n.contact_name_id`,
  name: sql`n.full_name`,
  searched: [sql`n.full_name`],
  selected: () => sql`n.contact_name_id AS id, n.full_name, n.client_id`
})

const makeNotes = makeReader<NotesPageQuery, Row, Note, NoteV2, More>("NoteReader", (sql) => ({
  ...ofNotes(sql),
  filters: {
    onlyClient: { sql: (value) => sql`n.client_id = ${value("onlyClient")}::uuid` },
    author: { sql: (value) => sql`n.email = ${value("author")}` }
  },
  more: { Row: More, selected: () => sql`n.email` },
  second: (row) => ({ ...summary(row), author: row.email })
}))

const makeMemos = makeReader<NotesQuery, Row, Note>("MemoReader", (sql) => ({
  ...ofNotes(sql),
  filters: { onlyClient: { sql: (value) => sql`n.client_id = ${value("onlyClient")}::uuid` } }
}))

const readers = Layer.mergeAll(Layer.effect(NoteReader, makeNotes), Layer.effect(MemoReader, makeMemos))
const embedded = shared(Layer.provideMerge(readers, onEmbedded))

notesContract("PGlite", embedded)

layer(embedded)("An invented resource on PGlite", (it) => {
  it.effect("gives what its second edition adds by cursor and of many, and there alone", () =>
    Effect.gen(function* () {
      const { rows, tenant } = freshTenant()
      const row = noteRow(tenant, "Call", { email: "maya@example.com" })
      const note = { noteId: Uuid.make(row.contact_name_id), title: "Call", clientId: null }
      const whole = { ...note, author: row.email }
      yield* Effect.flatMap(ContractData, (data) => data.load({ ...rows, contacts: [row, noteRow(tenant, "Other")] }))
      const reader = yield* NoteReader
      const asked = { search: "call", onlyClient: null, pageSize: 25 }
      assert.deepEqual((yield* reader.list(tenant, { ...asked, page: 1 })).items, [note])
      assert.deepEqual(yield* reader.get(tenant, note.noteId), note)
      const byAuthor = { ...asked, search: null, after: null, withTotal: true, author: row.email }
      assert.deepEqual(yield* reader.page(tenant, byAuthor), { items: [whole], totalCount: 1, next: null })
      assert.deepEqual(yield* reader.getMany(tenant, [note.noteId]), [whole])
      assert.deepEqual(yield* Effect.flatMap(MemoReader, (memos) => memos.get(tenant, note.noteId)), note)
    })
  )
})
