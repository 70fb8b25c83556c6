import type { ClientId, TenantId } from "@alga-psa/ext-domain/Identifiers"
import {
  type MemoReader,
  memos,
  type Note,
  type NoteReader,
  type NotesPageQuery,
  type NotesQuery,
  type NoteV2,
  notes
} from "@alga-psa/ext-domain/testing/Notes"
import { layer } from "@effect/vitest"
import { Layer } from "effect"
import type { ContractData } from "../src/contract/ContractData.ts"
import { type CursorResource, cursorReaderContract } from "../src/contract/CursorReaderContract.ts"
import { freshId, type freshTenant } from "../src/contract/FreshTenant.ts"
import { pagedReaderContract } from "../src/contract/PagedReaderContract.ts"
import type { ContactRow } from "../src/Dataset.ts"
import { memoryReader, type RecordsOf } from "../src/internal/memoryReader.ts"
import type { MemoryStore } from "../src/MemoryStore.ts"
import { contactRow } from "../src/Rows.ts"

/** An invented note, kept as a contact: the name is its title, the address its author. */
export const noteRow = (tenant: string, title: string, rest: Partial<ContactRow> = {}): ContactRow =>
  contactRow({ tenant, contact_name_id: freshId(), full_name: title, ...rest })

const summaryOf = (row: ContactRow): Note => ({
  noteId: row.contact_name_id as Note["noteId"],
  title: row.full_name ?? "",
  clientId: row.client_id as ClientId | null
})

const records: RecordsOf<Note, NoteV2> = (rows, tenant) =>
  rows.contacts
    .filter((row) => row.tenant === tenant)
    .map((row) => {
      const summary = summaryOf(row)
      return { summary, second: { ...summary, author: row.email } }
    })

const firstRecords: RecordsOf<Note> = (rows, tenant) =>
  rows.contacts.filter((row) => row.tenant === tenant).map((row) => ({ summary: summaryOf(row) }))

/** The readers of the invented resources over the rows of `MemoryStore`. */
export const layerNotes: Layer.Layer<NoteReader | MemoReader, never, MemoryStore> = Layer.merge(
  memoryReader(notes, records),
  memoryReader(memos, firstRecords)
)

const shared = {
  one: "a note",
  many: "notes",
  make: ({ tenant }: { readonly tenant: TenantId }, name: string, id = freshId()) => ({
    id,
    rows: { contacts: [noteRow(tenant, name, { contact_name_id: id })] }
  }),
  ofClient: ({ client, tenant }: Pick<ReturnType<typeof freshTenant>, "client" | "tenant">) => {
    const made = (name: string) => {
      const owner = client(name)
      const row = noteRow(tenant, "Note", { client_id: owner.client_id })
      return { client: owner.client_id, id: row.contact_name_id, rows: { clients: [owner], contacts: [row] } }
    }
    const own = made("One")
    return { client: own.client, own, other: made("Other") }
  }
} satisfies Omit<CursorResource, "everything">

const everything: NotesQuery = { search: null, onlyClient: null, page: 1, pageSize: 100 }
const everyPage: NotesPageQuery = {
  search: null,
  onlyClient: null,
  author: null,
  pageSize: 100,
  after: null,
  withTotal: false
}

/** What holds for every resource, of the invented ones. */
export const notesContract = <E>(
  name: string,
  adapter: Layer.Layer<NoteReader | MemoReader | ContractData, E>
): void => {
  layer(adapter)(`An invented resource in two editions: ${name}`, (it) => {
    pagedReaderContract(it, notes, { ...shared, everything })
    cursorReaderContract(it, notes, { ...shared, everything: everyPage })
  })
  layer(adapter)(`An invented resource in one edition: ${name}`, (it) => {
    pagedReaderContract(it, memos, { ...shared, everything })
  })
}
