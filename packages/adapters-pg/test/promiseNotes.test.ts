import { layerStore } from "@alga-psa/ext-adapters-memory/MemoryStore"
import { layerNotes, noteRow } from "@alga-psa/ext-adapters-memory/testing/InventedNotes"
import { Authorization } from "@alga-psa/ext-domain/Authorization"
import { NotAllowed } from "@alga-psa/ext-domain/CallError"
import { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { asExecution, type Invocation, type InvocationData } from "@alga-psa/ext-domain/Invocation"
import { layerReads } from "@alga-psa/ext-domain/ResourceReads"
import { type MemoReads, memos, type NoteReads, notes } from "@alga-psa/ext-domain/testing/Notes"
import { Effect, Layer, Logger } from "effect"
import { afterAll, assert, describe, expect, it } from "vitest"
import { promiseTypes } from "../scripts/promiseTypes.ts"
import { openDoor } from "../src/internal/promise/door.ts"
import { guardedMethods } from "../src/internal/promise/guardedReads.ts"
import type { Methods } from "../src/internal/promise/methods.ts"
import { plainMethods } from "../src/internal/promise/plainReads.ts"
import { InvalidInputError, NotAllowedError } from "../src/promise.ts"

const tenant = TenantId.make("90000000-0000-4000-8000-000000000000")
const id = (digit: number) => `a0000000-0000-4000-8000-00000000000${digit}`
const row = (digit: number, title: string) =>
  noteRow(tenant, title, { contact_name_id: id(digit), email: "maya@example.com" })
const rows = { contacts: [row(1, "beta"), row(2, "Alpha"), row(3, "gamma")] }
const first = (digit: number, title: string) => ({ noteId: id(digit), title, clientId: null })
const whole = (digit: number, title: string) => ({ ...first(digit, title), author: "maya@example.com" })

const everyOne = async (all: unknown) => {
  const found: Array<unknown> = []
  for await (const record of all as AsyncIterable<unknown>) found.push(record)
  return found
}

const allowed = { userType: "internal", clientId: null, permissions: new Set<never>() } as const

/** Who may do everything, or has no capability. */
const authorization = (isAllowed: boolean) =>
  Layer.succeed(Authorization, {
    install: Effect.die("not asked"),
    used: Effect.die("not asked"),
    requireStill: () => Effect.die("not asked"),
    requireCapability: (capability) =>
      isAllowed ? Effect.void : Effect.fail(new NotAllowed({ reason: "capability", missing: capability })),
    requirePermission: () => Effect.succeed(allowed)
  })

const readers = Layer.provide(layerNotes, layerStore(rows))
const door = openDoor(readers)
const guardedDoor = (isAllowed: boolean) =>
  openDoor(
    Layer.provide(Layer.merge(layerReads(notes), layerReads(memos)), [readers, authorization(isAllowed)]).pipe(
      Layer.merge(Logger.layer([]))
    )
  )
const open = guardedDoor(true)
const shut = guardedDoor(false)
afterAll(() => Promise.all([door, open, shut].map(({ close }) => close())))

const execution = { tenantId: tenant, extensionId: "e", installId: "i" } as unknown as InvocationData
const through =
  ({ run }: typeof open) =>
  (read: Effect.Effect<unknown, unknown, NoteReads | MemoReads | Invocation>) =>
    run(asExecution(execution)(read) as Effect.Effect<unknown, unknown, NoteReads | MemoReads>)

/** The reads in one tenant, whether that is their first argument or who calls. */
const inTenant = (methods: Methods): Methods =>
  Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, (...args) => method(tenant, ...args)]))

const doors = {
  plain: {
    memos: inTenant(plainMethods(memos, door.run as never)),
    notes: inTenant(plainMethods(notes, door.run as never))
  },
  guarded: {
    memos: guardedMethods(memos, through(open)),
    notes: guardedMethods(notes, through(open))
  }
}

describe.each(Object.entries(doors))("The %s reads of an invented resource", (_, { memos, notes }) => {
  it("are its list and its read of one, where it has no more", async () => {
    assert.sameMembers(Object.keys(memos), ["list", "get"])
    const page = { items: [first(2, "Alpha"), first(1, "beta")], totalCount: 3, page: 1, pageSize: 2 }
    assert.deepEqual(await memos["list"]?.({ pageSize: 2 }), page)
    assert.deepEqual(await memos["get"]?.(id(3)), first(3, "gamma"))
    assert.isNull(await memos["get"]?.(id(4)))
    await expect(memos["get"]?.("x")).rejects.toMatchObject(new InvalidInputError("noteId", "must be a UUID"))
  })

  it("are by cursor and of its second edition, where it has one", async () => {
    assert.sameMembers(Object.keys(notes), ["list", "get", "getMany", "all"])
    assert.deepInclude(await notes["list"]?.({ search: "beta" }), { items: [whole(1, "beta")], next: null })
    assert.deepEqual(await notes["getMany"]?.([id(3), id(4)]), [whole(3, "gamma"), null])
    assert.deepEqual(await notes["get"]?.(id(1)), whole(1, "beta"))
    assert.deepEqual(await everyOne(notes["all"]?.({ pageSize: 2 })), [
      whole(2, "Alpha"),
      whole(1, "beta"),
      whole(3, "gamma")
    ])
    await expect(notes["get"]?.("x")).rejects.toMatchObject(new InvalidInputError("noteId", "must be a UUID"))
  })
})

it("guarded reads of an invented resource are denied without its capability", async () => {
  const denied = guardedMethods(memos, through(shut))
  await expect(denied["list"]?.()).rejects.toBeInstanceOf(NotAllowedError)
})

it("plain reads of an invented resource refuse a tenant that is no UUID", async () => {
  const reads = plainMethods(memos, door.run as never)
  await expect(reads["list"]?.("x")).rejects.toMatchObject({ field: "tenant" })
})

/** The body of an interface, without what is said of it. */
const bodyOf = (name: string) => {
  const [, body = ""] = new RegExp(`export interface ${name} \\{\\n([^}]*)\\}`).exec(promiseTypes([memos, notes])) ?? []
  return body.split("\n").map((line) => line.trim())
}

it("an invented resource has types at the door: of its operations, with what its schemas describe", () => {
  const methods = (name: string) => bodyOf(name).filter((line) => line !== "" && !line.startsWith("/**"))
  assert.deepEqual(methods("Reads"), ["readonly memos: MemoReads", "readonly notes: NoteReads"])
  assert.deepEqual(methods("MemoReads"), [
    "list(input?: MemosListInput | null): Promise<NumberedPage<MemoSummary>>",
    "get(noteId: string): Promise<MemoSummary | null>"
  ])
  assert.deepEqual(methods("NoteReads"), [
    "list(input?: NotesListInput | null): Promise<Page<NoteSummary>>",
    "all(input?: AllInput<NotesListInput> | null): AsyncGenerator<NoteSummary, void, void>",
    "get(noteId: string): Promise<NoteSummary | null>",
    "getMany(noteIds: ReadonlyArray<string>): Promise<ReadonlyArray<NoteSummary | null>>"
  ])
  assert.notInclude(bodyOf("MemoSummary"), "readonly author: string | null")
  assert.includeMembers(bodyOf("NoteSummary"), ["/** Who wrote it. */", "readonly author: string | null"])
  assert.includeMembers(bodyOf("NotesListInput"), [
    "/** Only notes of this author. */",
    "readonly author?: string | null | undefined"
  ])
})
