import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { gettingMany } from "../src/GettingMany.ts"
import { ClientId, Uuid } from "../src/Identifiers.ts"
import { getting } from "../src/ReadOperation.ts"
import { client, otherClient, service } from "./ports.ts"

const Note = Schema.Struct({ noteId: Uuid, clientId: Schema.NullOr(ClientId) })
type Note = typeof Note.Type

const get = getting({
  member: "getNote",
  id: "noteId",
  Id: Uuid,
  Summary: Note,
  portal: { ownClient: "clientId" }
})

const noteOf = (clientId: ClientId | null): Note => ({ noteId: Uuid.make(service), clientId })

describe("A record that says whose it is in a field of its own", () => {
  const cases: ReadonlyArray<readonly [title: string, Note | null, ClientId | null, Note | null]> = [
    ["their own client's", noteOf(client), client, noteOf(client)],
    ["another client's", noteOf(otherClient), client, null],
    ["nobody's", noteOf(null), client, null],
    ["not there", null, client, null],
    ["nobody's, and they have no client", noteOf(null), null, null]
  ]

  it.effect.each(cases)("is to a portal user what the rule says, where it is %s", ([, found, own, seen]) =>
    Effect.gen(function* () {
      const given = yield* get.forPortal(Uuid.make(service), own, () => Effect.succeed(found))
      assert.deepEqual(given, seen)
    })
  )

  it.effect("is one of every record where the rule says so, whoever's it is", () =>
    Effect.gen(function* () {
      const all = getting({ member: "getNote", id: "noteId", Id: Uuid, Summary: Note, portal: "every record" })
      const given = yield* all.forPortal(Uuid.make(service), null, () => Effect.succeed(noteOf(otherClient)))
      assert.deepEqual(given, noteOf(otherClient))
    })
  )
})

describe("Many records that say whose they are in a field of their own", () => {
  const many = gettingMany({
    member: "getNotes",
    ids: "noteIds",
    id: "noteId",
    Id: Uuid,
    Summary: Note,
    portal: { ownClient: "clientId" }
  })
  const ids = [service, otherClient, client].map((id) => Uuid.make(id))
  const notes = [
    { noteId: Uuid.make(service), clientId: client },
    { noteId: Uuid.make(otherClient), clientId: otherClient },
    null
  ]

  it.effect("are to a portal user those of their own client, and null for any other", () =>
    Effect.gen(function* () {
      const read = (asked: ReadonlyArray<string>) => {
        assert.deepEqual(asked, ids)
        return Effect.succeed(notes)
      }
      const seen = yield* many.forPortal(ids, client, read)
      assert.deepEqual(seen, [notes[0] ?? null, null, null])
      assert.strictEqual(many.count(seen), 1)
      assert.deepEqual(yield* many.forPortal(ids, null, () => Effect.die("not asked")), [null, null, null])
    })
  )
})
