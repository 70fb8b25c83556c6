import { assert, describe, it } from "@effect/vitest"
import { evidenceFor, mostTests, problemsOf } from "../src/acceptance/Evidence.ts"
import { page } from "../src/acceptance/Page.ts"
import type { Chapter, Proof, Requirement } from "../src/acceptance/Requirement.ts"
import { chapters } from "../src/acceptance/Requirements.ts"

const file = "packages/a/test/a.test.ts"
const requirement = (id: string, ...proofs: ReadonlyArray<Proof>): Requirement => ({
  id,
  sentence: "It works.",
  proofs
})
const chapter = (...requirements: ReadonlyArray<Requirement>): Chapter => ({ title: "Chapter", requirements })
const titles = (...names: ReadonlyArray<string>) => names.map((name) => ({ file, name }))
const proof: Proof = ["a.test.ts", /^a works/]

describe("The acceptance map", () => {
  it("takes a requirement that a test proves, and no test of another file or name", () => {
    assert.deepEqual(problemsOf([chapter(requirement("a.1", proof))], titles("a works")), [])
    const others = [{ file: "packages/a/test/b.test.ts", name: "a works" }, ...titles("b works")]
    assert.deepEqual(problemsOf([chapter(requirement("a.1", proof))], others), [
      "a.1: a.test.ts /^a works/ matches no test"
    ])
  })

  it("refuses a requirement without a proof, and an id that stands for two", () => {
    const twice = [chapter(requirement("a.1"), requirement("a.2", proof)), chapter(requirement("a.2", proof))]
    assert.deepEqual(problemsOf(twice, titles("a works")), ["a.2 stands for two requirements", "a.1 has no proof"])
  })

  it("takes as many tests of one pattern as it may, and no more", () => {
    const many = (count: number) => titles(...Array.from({ length: count }, (_, at) => `a works ${at}`))
    const map = [chapter(requirement("a.1", proof))]
    assert.deepEqual(problemsOf(map, many(mostTests)), [])
    assert.deepEqual(problemsOf(map, many(mostTests + 1)), ["a.1: a.test.ts /^a works/ matches 41 tests, more than 40"])
  })

  it("shows a contract suite once, with what it runs over, and any title on one line", () => {
    const map = [chapter(requirement("a.1", ["a.test.ts", /works/]))]
    const found = evidenceFor(
      map,
      titles("A contract: memory > works", "A contract: PGlite > works", `a works\nwith \`\u0000\` ${"x".repeat(300)}`)
    )
    const lines = page(found).split("\n")
    assert.include(lines, "**a.1** It works.")
    assert.include(lines, "  - `A contract > works` (PGlite, memory)")
    assert.isTrue(lines.some((line) => /^ {2}- `a works with ' ' x{130,150}…`$/.test(line)))
  })

  it("has its own requirements, each with an id of its own and a proof", () => {
    const ids = chapters.flatMap(({ requirements }) => requirements.map(({ id }) => id))
    assert.strictEqual(new Set(ids).size, ids.length)
    assert.isAbove(ids.length, 70)
    for (const { requirements } of chapters) for (const { proofs } of requirements) assert.isNotEmpty(proofs)
  })
})
