import { existsSync, readdirSync, readFileSync } from "node:fs"
import {
  Authorization,
  asExecution,
  ClientId,
  InvalidInput,
  type InvocationData,
  layerReads,
  NotAllowed,
  type Operations,
  type OperationsOf,
  type ReaderOf,
  type ReadOperation,
  type ReadsOf,
  resource,
  resources,
  TenantId
} from "@alga-psa/ext-domain"
import { firstEdition, Note, ofNotes, secondEdition } from "@alga-psa/ext-domain/testing/Notes"
import { uuid } from "@alga-psa/ext-domain/testing/uuid"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Schema, SchemaAST } from "effect"
import { ok } from "../src/HostCall.ts"
import { resourceInterfaces } from "../src/internal/imports/resource.ts"

const Cursor = Schema.Struct({ notes: Schema.Array(Note), next: Schema.NullOr(Schema.String) })

const ownNotes = (notes: ReadonlyArray<Note>, client: ClientId | null) =>
  notes.filter(({ clientId }) => client !== null && clientId === client)

/** An operation that none of the makers makes: pages whose cursor is a text of the caller's own. */
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

const editions = { notes: firstEdition, "notes-v2": secondEdition, "notes-v3": { listAfter } }
type NoteOperations = OperationsOf<typeof editions>

class NoteReader extends Context.Service<NoteReader, ReaderOf<NoteOperations>>()("test/NoteReader") {}
class NoteReads extends Context.Service<NoteReads, ReadsOf<NoteOperations>>()("test/NoteReads") {}

const notes = resource({ ...ofNotes, name: "notes", editions, Reader: NoteReader, Reads: NoteReads })

const mine = ClientId.make(uuid(1))
const note = (digit: number, clientId: ClientId | null) => ({
  noteId: uuid(digit),
  title: "Note",
  clientId,
  author: "Maya",
  secret: "kept"
})
const own = note(5, mine)
const other = note(6, ClientId.make(uuid(2)))
const shown = ({ author: _, secret: __, ...rest }: typeof own) => rest
const whole = ({ secret: _, ...rest }: typeof own) => rest
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
    page: (of, query) => {
      asked.push([of, query])
      const items = query.onlyClient === null ? [own, other] : [own]
      return Effect.succeed({ items, totalCount: items.length, next: "b" })
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
    for (const [name, functions] of interfaces) if (name !== from) assert.isUndefined(functions.get(member))
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
    member: "pageNotes",
    args: [{ withTotal: true }],
    all: { items: [own, other].map(whole), totalCount: 2, next: "b" },
    some: { items: [{ ...whole(own), author: null }], totalCount: 1, next: "b" },
    bad: [{ pageSize: 0 }]
  },
  {
    from: "notes-v2",
    member: "getNotes",
    args: [[own.noteId, other.noteId]],
    all: [own, other].map(whole),
    some: [{ ...whole(own), author: null }, null],
    bad: [["x"]]
  },
  {
    from: "notes-v3",
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
  const file = `${name}.wit`
  const text = existsSync(new URL(file, folder)) ? textOf(file) : null
  const signature = new RegExp(`\\b${kebab(member)}: func\\(([^)]*)\\) -> result<(.*), ([\\w-]+)>;`).exec(text ?? "")

  it("belongs to an interface that has a file", () => {
    assert.isNotNull(text, `adapters-wit/wit has no ${file}`)
  })

  it("belongs to an interface that the world imports", () => {
    assert.include(world, `  import ${name};`)
  })

  it("takes the inputs that the resource declares", () => {
    const [taken] = operation.arguments
    const [, input = ""] = signature ?? []
    assert.isNotNull(signature, `${file} has no function ${kebab(member)}`)
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
