import { Context, Schema } from "effect"
import { absent } from "../src/Absent.ts"
import { cursorListing } from "../src/CursorListing.ts"
import { type CursorQuery, cursorInputs, cursorQuery } from "../src/CursorPage.ts"
import { gettingMany } from "../src/GettingMany.ts"
import { ClientId, Uuid } from "../src/Identifiers.ts"
import { getting, type ListQuery, listInputs, listing, listQuery } from "../src/ReadOperation.ts"
import { type OperationsOf, type ReaderOf, type ReadsOf, resource } from "../src/Resource.ts"

/*
 * Resources that no world has, for the tests of what follows from a declaration: notes, in one edition and in two.
 */

/** A note. */
export const Note = Schema.Struct({ noteId: Uuid, title: Schema.String, clientId: Schema.NullOr(ClientId) })
export type Note = typeof Note.Type

/** What a second edition adds: the author, whom portal users do not see. */
export const NoteV2 = Schema.Struct({
  ...Note.fields,
  author: Schema.NullOr(Schema.String).annotateKey({ description: "Who wrote it." })
})
export type NoteV2 = typeof NoteV2.Type

const portal = { ownClient: "clientId" } as const
const ListInput = Schema.Struct(listInputs)
const PageInput = Schema.Struct({
  ...cursorInputs,
  author: absent(Schema.String).annotateKey({ description: "Only notes of this author." })
})

/** Pages by number, every rule applied. */
export interface NotesQuery extends ListQuery {
  readonly onlyClient: ClientId | null
}

/** Pages by cursor, every rule applied. */
export interface NotesPageQuery extends CursorQuery {
  readonly onlyClient: ClientId | null
  readonly author: string | null
}

/** A list by page numbers, and one note. */
export const firstEdition = {
  list: listing({
    member: "listNotes",
    Input: ListInput,
    Summary: Note,
    query: (input: typeof ListInput.Type): NotesQuery => ({ ...listQuery(input), onlyClient: null }),
    portal
  }),
  get: getting({ member: "getNote", id: "noteId", Id: Uuid, Summary: Note, portal })
}

const second = { Summary: NoteV2, withheld: { author: null }, portal } as const

/** A list by cursor, and many notes. */
export const secondEdition = {
  page: cursorListing({
    ...second,
    member: "pageNotes",
    Input: PageInput,
    query: ({ author, ...input }: typeof PageInput.Type): NotesPageQuery => ({
      ...cursorQuery(input),
      onlyClient: null,
      author: author ?? null
    })
  }),
  getMany: gettingMany({ ...second, member: "getNotes", ids: "noteIds", id: "noteId", Id: Uuid })
}

/** What a declaration says of notes beside their operations. */
export const ofNotes = {
  capability: "cap:client.read",
  permission: "client:read",
  id: "noteId",
  title: "title",
  searched: ["title"],
  leavesOut: {},
  portal
} as const

const editions = { notes: firstEdition, "notes-v2": secondEdition }
type Operations = OperationsOf<typeof editions>

export class NoteReader extends Context.Service<NoteReader, ReaderOf<Operations>>()("test/NoteReader") {}
export class NoteReads extends Context.Service<NoteReads, ReadsOf<Operations>>()("test/NoteReads") {}

/** Notes in two editions. */
export const notes = resource({ ...ofNotes, name: "notes", editions, Reader: NoteReader, Reads: NoteReads })

type FirstOperations = typeof firstEdition

export class MemoReader extends Context.Service<MemoReader, ReaderOf<FirstOperations>>()("test/MemoReader") {}
export class MemoReads extends Context.Service<MemoReads, ReadsOf<FirstOperations>>()("test/MemoReads") {}

/** The same in one edition, with a list and a read of one: the least that a resource has. */
export const memos = resource({
  ...ofNotes,
  name: "memos",
  editions: { memos: firstEdition },
  Reader: MemoReader,
  Reads: MemoReads
})
