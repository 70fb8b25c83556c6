import { describe, expect, it } from "vitest"
import { allAfter } from "../src/AllAfter.ts"
import type { CursorPage } from "../src/CursorPage.ts"
import { IterationStopped } from "../src/IterationStopped.ts"

const collect = async <A>(all: AsyncIterable<A>) => {
  const found: Array<A> = []
  for await (const one of all) found.push(one)
  return found
}

/** Pages of one record each: the cursor behind a record is its number. */
const pagesOf = (count: number, next = (at: number): number => at) => {
  const asked: Array<unknown> = []
  const list = async ({ after, pageSize }: { after: string | null; pageSize: number }): Promise<CursorPage<number>> => {
    asked.push([after, pageSize])
    const at = after === null ? 1 : Number(after) + 1
    return { items: [at], totalCount: null, next: at < count ? `${next(at)}` : null }
  }
  return { asked, list }
}

describe("allAfter", () => {
  it("gives every record in order, with one call a page, each behind the one before", async () => {
    const { asked, list } = pagesOf(3)
    expect(await collect(allAfter("x.all", list))).toEqual([1, 2, 3])
    expect(asked).toEqual([
      [null, 100],
      ["1", 100],
      ["2", 100]
    ])
  })

  it("asks for no page whose records nobody takes", async () => {
    const { asked, list } = pagesOf(3)
    for await (const one of allAfter("x.all", list)) if (one === 1) break
    expect(asked).toHaveLength(1)
  })

  it("goes on behind an empty page", async () => {
    const list = async ({ after }: { after: string | null }): Promise<CursorPage<number>> =>
      after === null ? { items: [], totalCount: null, next: "a" } : { items: [1], totalCount: null, next: null }
    expect(await collect(allAfter("x.all", list))).toEqual([1])
  })

  it("stops with a typed error where it may make no more calls, and takes as many as it may", async () => {
    expect(await collect(allAfter("x.all", pagesOf(3).list, { maxCalls: 3 }))).toEqual([1, 2, 3])
    const stopped = await collect(allAfter("x.all", pagesOf(4).list, { maxCalls: 3 })).catch((error: unknown) => error)
    expect(stopped).toBeInstanceOf(IterationStopped)
    expect(stopped).toMatchObject({ operation: "x.all", reason: "max-calls", given: 3 })
  })

  it.each([1, 2, 3])("stops with a typed error where a cursor comes again after %d pages", async (length) => {
    const { list } = pagesOf(1_000, (at) => at % length)
    const stopped = await collect(allAfter("x.all", list)).catch((error: unknown) => error)
    expect(stopped).toBeInstanceOf(IterationStopped)
    expect(stopped).toMatchObject({ reason: "cursor-repeats", given: length + 1 })
  })

  it("fails with the error of the page that fails", async () => {
    const list = () => Promise.reject(new RangeError("away"))
    await expect(collect(allAfter("x.all", list))).rejects.toThrow(RangeError)
  })
})
