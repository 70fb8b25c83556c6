import { readdirSync, readFileSync } from "node:fs"
import {
  Authorization,
  asExecution,
  ClientId,
  getting,
  InvalidInput,
  type InvocationData,
  type ListQuery,
  layerReads,
  listInputs,
  listing,
  listQuery,
  NotAllowed,
  type Operations,
  type OperationsOf,
  type ReaderOf,
  type ReadOperation,
  type ReadsOf,
  resource,
  resources,
  TenantId,
  Uuid
} from "@alga-psa/ext-domain"
import { uuid } from "@alga-psa/ext-domain/testing/uuid"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Schema, SchemaAST } from "effect"
import { ok } from "../src/HostCall.ts"
import { resourceInterfaces } from "../src/internal/imports/resource.ts"

const Note = Schema.Struct({ noteId: Uuid, title: Schema.String, clientId: Schema.NullOr(ClientId) })
type Note = typeof Note.Type

const portal = { ownClient: "clientId" } as const
const ListInput = Schema.Struct(listInputs)
const Cursor = Schema.Struct({ notes: Schema.Array(Note), next: Schema.NullOr(Schema.String) })
const ids = Schema.Array(Uuid).check(Schema.isMaxLength(100))

interface NotesQuery extends ListQuery {
  readonly onlyClient: ClientId | null
}

const ownNotes = (notes: ReadonlyArray<Note>, client: ClientId | null) =>
  notes.filter(({ clientId }) => client !== null && clientId === client)

/** Many ids at once: an operation that no resource has yet. */
const getMany: ReadOperation<[ids: ReadonlyArray<string>], ReadonlyArray<string>, ReadonlyArray<Note>> = {
  member: "getNotes",
  arguments: [{ list: "text" }],
  breaking: [[""]],
  Found: Schema.Array(Note),
  query: (given) =>
    Effect.mapError(
      Schema.decodeUnknownEffect(ids)(given),
      () => new InvalidInput({ field: "noteIds", why: "must be at most 100 UUIDs" })
    ),
  forPortal: (query, client, read) => Effect.map(read(query), (notes) => ownNotes(notes, client)),
  count: (notes) => notes.length
}

/** Pages by cursor: another edition of the list, beside the first. */
const listAfter: ReadOperation<[cursor: string], { readonly after: string }, typeof Cursor.Type> = {
  member: "listNotesAfter",
  arguments: ["text"],
  breaking: ["x".repeat(201)],
  Found: Cursor,
  query: (after) =>
    after.length > 200
      ? Effect.fail(new InvalidInput({ field: "cursor", why: "must be at most 200 characters" }))
      : Effect.succeed({ after }),
  forPortal: (query, client, read) =>
    Effect.map(read(query), (page) => ({ ...page, notes: ownNotes(page.notes, client) })),
  count: ({ notes }) => notes.length
}

const first = {
  list: listing({
    member: "listNotes",
    Input: ListInput,
    Summary: Note,
    query: (input: typeof ListInput.Type): NotesQuery => ({ ...listQuery(input), onlyClient: null }),
    portal
  }),
  get: getting({ member: "getNote", id: "noteId", Id: Uuid, Summary: Note, portal })
}
const editions = { notes: first, "notes-v2": { getMany, listAfter } }
type NoteOperations = OperationsOf<typeof editions>

class NoteReader extends Context.Service<NoteReader, ReaderOf<NoteOperations>>()("test/NoteReader") {}
class NoteReads extends Context.Service<NoteReads, ReadsOf<NoteOperations>>()("test/NoteReads") {}

const notes = resource({
  name: "notes",
  capability: "cap:client.read",
  permission: "client:read",
  id: "noteId",
  title: "title",
  searched: ["title"],
  leavesOut: {},
  portal,
  editions,
  Reader: NoteReader,
  Reads: NoteReads
})

const mine = ClientId.make(uuid(1))
const note = (digit: number, clientId: ClientId | null) => ({
  noteId: uuid(digit),
  title: "Note",
  clientId,
  secret: "kept"
})
const own = note(5, mine)
const other = note(6, ClientId.make(uuid(2)))
const shown = ({ secret: _, ...rest }: typeof own) => rest
const tenant = TenantId.make(uuid(9))

/** The interface over a reader that finds both notes, for a user of this kind, and what the reader was asked. */
const called = (from: string, member: string, args: ReadonlyArray<unknown>, user: "internal" | "client" | "denied") => {
  const asked: Array<unknown> = []
  const reader = Layer.succeed(NoteReader, {
    list: (of, query) => {
      asked.push([of, query])
      const items = query.onlyClient === null ? [own, other] : [own]
      return Effect.succeed({ items, totalCount: items.length, page: 1, pageSize: 25 })
    },
    get: (of, wanted) => {
      asked.push([of, wanted])
      return Effect.succeed([own, other].find(({ noteId }) => noteId === wanted) ?? null)
    },
    getMany: (of, wanted) => {
      asked.push([of, wanted])
      return Effect.succeed([own, other])
    },
    listAfter: (of, wanted) => {
      asked.push([of, wanted])
      return Effect.succeed({ notes: [own, other], next: "b" })
    }
  })
  const subject = {
    userType: user === "client" ? "client" : "internal",
    clientId: mine,
    permissions: new Set<never>()
  } as const
  const authorization = Layer.succeed(Authorization, {
    install: Effect.die("not asked"),
    used: Effect.die("not asked"),
    requireStill: () => Effect.die("not asked"),
    requireCapability: (capability) =>
      user === "denied" ? Effect.fail(new NotAllowed({ reason: "capability", missing: capability })) : Effect.void,
    requirePermission: () => Effect.succeed(subject)
  })
  const invocation = { tenantId: tenant, extensionId: "e", installId: "i" } as unknown as InvocationData
  return Effect.gen(function* () {
    const interfaces = new Map(yield* resourceInterfaces<NoteReads>(notes))
    const answer = interfaces.get(from)?.get(member)
    assert.isUndefined(interfaces.get(from === "notes" ? "notes-v2" : "notes")?.get(member))
    assert.isDefined(answer)
    return { reply: yield* answer(args), asked }
  }).pipe(asExecution(invocation), Effect.provide(Layer.provide(layerReads(notes), [reader, authorization])))
}

const calls = [
  {
    from: "notes",
    member: "listNotes",
    args: [{}],
    all: { items: [own, other].map(shown), totalCount: 2, page: 1, pageSize: 25 },
    some: { items: [shown(own)], totalCount: 1, page: 1, pageSize: 25 },
    bad: [{ page: 0 }]
  },
  { from: "notes", member: "getNote", args: [other.noteId], all: shown(other), some: null, bad: ["x"] },
  {
    from: "notes-v2",
    member: "getNotes",
    args: [[own.noteId, other.noteId]],
    all: [own, other].map(shown),
    some: [shown(own)],
    bad: [["x"]]
  },
  {
    from: "notes-v2",
    member: "listNotesAfter",
    args: ["a"],
    all: { notes: [own, other].map(shown), next: "b" },
    some: { notes: [shown(own)], next: "b" },
    bad: ["x".repeat(201)]
  }
]

describe.each(calls)("$from/$member of an invented resource", ({ all, args, bad, from, member, some }) => {
  it.effect("is answered in the tenant of the execution, by what its schema names and nothing else", () =>
    Effect.gen(function* () {
      const { asked, reply } = yield* called(from, member, args, "internal")
      assert.deepEqual(reply, ok(all))
      assert.deepEqual(asked.length, 1)
      assert.strictEqual((asked[0] as ReadonlyArray<unknown>)[0], tenant)
    })
  )

  it.effect("shows a portal user what is their client's", () =>
    Effect.gen(function* () {
      assert.deepEqual((yield* called(from, member, args, "client")).reply, ok(some))
    })
  )

  it.effect("refuses input that breaks a rule, and a denied one before it looks at that, and reads for neither", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* called(from, member, bad, "internal"), {
        reply: { type: "error", value: "invalid-input" },
        asked: []
      })
      assert.deepEqual(yield* called(from, member, bad, "denied"), {
        reply: { type: "error", value: "not-allowed" },
        asked: []
      })
    })
  )
})

const folder = new URL("../wit/", import.meta.url)
const textOf = (file: string) => readFileSync(new URL(file, folder), "utf8").replace(/\/\/.*$/gm, "")
const world = readdirSync(folder).map(textOf).join("\n")
const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** The fields of a record of the world, in order; null where it has no such record. */
const fieldsOf = (record: string) => {
  const [, body] = new RegExp(`record ${record} \\{([^}]*)\\}`).exec(world) ?? []
  return body === undefined ? null : Array.from(body.matchAll(/([\w-]+):/g), ([, name]) => name)
}

/** The fields that a schema names, of the innermost record. */
const namedBy = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  if (SchemaAST.isUnion(ast)) return ast.types.flatMap(namedBy)
  if (SchemaAST.isArrays(ast)) return ast.rest.flatMap(namedBy)
  if (!SchemaAST.isObjects(ast)) return []
  const list = ast.propertySignatures.find(({ name }) => name === "items")
  return list === undefined ? ast.propertySignatures.map(({ name }) => kebab(String(name))) : namedBy(list.type)
}

const ofWorld = resources.flatMap(({ editions }) =>
  Object.entries<Operations>(editions).flatMap(([name, operations]) =>
    Object.values(operations).map((operation) => ({ name, member: operation.member, operation }))
  )
)

describe.each(ofWorld)("$name/$member in the world's text", ({ member, name, operation }) => {
  const signature = new RegExp(`\\b${kebab(member)}: func\\(([^)]*)\\) -> result<(.*), ([\\w-]+)>;`).exec(
    textOf(`${name}.wit`)
  )

  it("belongs to an interface that the world imports", () => {
    assert.include(world, `  import ${name};`)
  })

  it("takes the inputs that the resource declares", () => {
    const [taken] = operation.arguments
    const [, input = ""] = signature ?? []
    assert.isNotNull(signature, `wit has no function ${kebab(member)}`)
    if (typeof taken !== "object" || !("record" in taken)) return
    const fields = fieldsOf(/: ([\w-]+)/.exec(input)?.[1] ?? "")
    assert.sameMembers(fields as Array<string>, Object.keys(taken.record).map(kebab))
  })

  it("gives the fields that the resource's summary has", () => {
    const [, , found = ""] = signature ?? []
    const record = /([\w-]+)>*$/.exec(found)?.[1] ?? ""
    const items = new RegExp(`record ${record} \\{[^}]*items: list<([\\w-]+)>`).exec(world)?.[1]
    assert.sameMembers((fieldsOf(items ?? record) ?? []) as Array<string>, [...namedBy(operation.Found.ast)])
  })

  it("fails with the three codes of a read", () => {
    const [, , , error = ""] = signature ?? []
    const [, cases = ""] = new RegExp(`enum ${error} \\{([^}]*)\\}`).exec(world) ?? []
    assert.sameMembers(
      cases
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== ""),
      ["not-allowed", "invalid-input", "internal"]
    )
  })
})
