import { memos, notes } from "@alga-psa/ext-domain/testing/Notes"
import { assert, describe, expect, it } from "vitest"
import { dataOfResource } from "../scripts/filesOfResources.ts"
import { mockPagesOf } from "../src/internal/mockPages.ts"
import { mockReadsOf } from "../src/internal/mockReads.ts"
import { readsOf } from "../src/internal/reads.ts"
import type { ResourceData } from "../src/internal/resourceData.ts"

type Reads = Readonly<Record<string, (...args: ReadonlyArray<unknown>) => unknown>>

const data = (of: Readonly<Record<string, ResourceData>>, name: string) => of[name] as ResourceData
const id = (digit: number) => `a0000000-0000-4000-8000-00000000000${digit}`
const one = { noteId: id(1), title: "beta", clientId: null, author: "Maya" }
const other = { noteId: id(2), title: "Alpha", clientId: null, author: "Ben" }
const first = ({ author: _, ...rest }: typeof one) => rest

const everyOne = async (all: unknown) => {
  const found: Array<unknown> = []
  for await (const record of all as AsyncIterable<unknown>) found.push(record)
  return found
}

describe("The data of an invented resource", () => {
  it("has an entry for each edition, with the fields and the operations of that edition alone", () => {
    const of = dataOfResource(notes)
    assert.deepEqual(Object.keys(of), ["notes", "notesV2"])
    assert.deepEqual(Object.keys(dataOfResource(memos)), ["memos"])
    assert.deepEqual(data(of, "notes").fields, ["noteId", "title", "clientId"])
    assert.deepEqual(data(of, "notesV2").fields, ["noteId", "title", "clientId", "author"])
    assert.deepEqual(Object.keys(data(of, "notes").operations), ["list", "get"])
    assert.deepEqual(Object.keys(data(of, "notesV2").operations), ["list", "getMany"])
  })
})

describe("The binding of an invented resource", () => {
  it("lists, gets one and iterates, over the functions of its world", async () => {
    const asked: Array<unknown> = []
    const functions = {
      listNotes: (input: unknown) => {
        asked.push(input)
        return { items: [first(one)], totalCount: 1, page: 1, pageSize: 100 }
      },
      getNote: (noteId: unknown) => {
        asked.push(noteId)
        return undefined
      }
    }
    const reads = readsOf("memos", data(dataOfResource(memos), "memos"), functions) as Reads
    assert.deepEqual(Object.keys(reads), ["list", "get", "all"])
    assert.isNull(await reads["get"]?.(id(3)))
    assert.deepEqual(await everyOne(reads["all"]?.({ search: "b" })), [first(one)])
    assert.strictEqual(asked[0], id(3))
    assert.include(asked[1], { search: "b" })
  })

  it("turns pages by cursor and gets many, in its second edition", async () => {
    const asked: Array<unknown> = []
    const functions = {
      pageNotes: (input: { readonly after?: string }) => {
        asked.push(input.after)
        return input.after === undefined ? { items: [other], next: "n" } : { items: [one], next: undefined }
      },
      getNotes: () => [one, undefined]
    }
    const reads = readsOf("notesV2", data(dataOfResource(notes), "notesV2"), functions as never) as Reads
    assert.deepEqual(await everyOne(reads["all"]?.()), [other, one])
    assert.deepEqual(asked, [undefined, "n"])
    assert.deepEqual(await reads["getMany"]?.([id(1), id(3)]), [one, null])
  })
})

describe("The mock of an invented resource", () => {
  it("lists, gets one and refuses what the host refuses", async () => {
    const reads = mockReadsOf("memos", data(dataOfResource(memos), "memos"), [one, other]) as Reads
    const page = { items: [other, one].map(first), totalCount: 2, page: 1, pageSize: 25 }
    assert.deepEqual(await reads["list"]?.(), page)
    assert.deepEqual(await reads["get"]?.(one.noteId), first(one))
    await expect(reads["list"]?.({ page: 0 })).rejects.toMatchObject({ code: "invalid-input", operation: "memos.list" })
  })

  it("turns pages by cursor and gets many, in its second edition", async () => {
    const reads = mockPagesOf("notesV2", data(dataOfResource(notes), "notesV2"), [one, other]) as Reads
    assert.deepEqual(await everyOne(reads["all"]?.()), [other, one])
    assert.deepEqual(await reads["getMany"]?.([one.noteId, id(3)]), [one, null])
  })
})
