import type { Chapter, Proof, Requirement, Title } from "./Requirement.ts"

/** A requirement with the tests that prove it. */
export interface Evidence {
  readonly requirement: Requirement
  /** In the order of files and titles. A suite that many adapters run counts once. */
  readonly tests: ReadonlyArray<ProvingTest>
}

/** A test, and under which names of a contract suite it runs. */
export interface ProvingTest extends Title {
  /** What the suite ran over, such as `memory` and `PGlite`; empty for a test that is not of a contract suite. */
  readonly over: ReadonlyArray<string>
}

/** A pattern that matches more tests than this says nothing of any one of them. */
export const mostTests = 40

const matches = ([file, name]: Proof, title: Title): boolean =>
  (typeof file === "string" ? title.file.endsWith(file) : file.test(title.file)) && name.test(title.name)

const contract = /^(.+? contract): ([^>]+?) > /

/** Tests of one contract suite as one test, which says what it ran over. */
const byContract = (titles: ReadonlyArray<Title>): ReadonlyArray<ProvingTest> => {
  const found = new Map<string, ProvingTest>()
  for (const { file, name } of titles) {
    const [prefix = "", suite = "", over = ""] = contract.exec(name) ?? []
    const plain = prefix === "" ? name : `${suite} > ${name.slice(prefix.length)}`
    const key = prefix === "" ? `${file}\0${plain}` : plain
    const before = found.get(key)?.over ?? []
    const runs = over === "" || before.includes(over) ? before : [...before, over].sort()
    found.set(key, { file: found.get(key)?.file ?? file, name: plain, over: runs })
  }
  return [...found.values()]
}

/** Each requirement with its tests, chapter by chapter. */
export const evidenceFor = (
  chapters: ReadonlyArray<Chapter>,
  titles: ReadonlyArray<Title>
): ReadonlyArray<readonly [Chapter, ReadonlyArray<Evidence>]> => {
  const sorted = titles.toSorted((a, b) => (a.file < b.file ? -1 : Number(a.file > b.file)))
  return chapters.map((chapter) => [
    chapter,
    chapter.requirements.map((requirement) => ({
      requirement,
      tests: byContract(sorted.filter((title) => requirement.proofs.some((proof) => matches(proof, title))))
    }))
  ])
}

const duplicates = (ids: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))
]

/** What is wrong with the map, one sentence each: an id twice, a pattern without a test, or one with too many. */
export const problemsOf = (chapters: ReadonlyArray<Chapter>, titles: ReadonlyArray<Title>): ReadonlyArray<string> => {
  const requirements = chapters.flatMap(({ requirements }) => requirements)
  return [
    ...duplicates(requirements.map(({ id }) => id)).map((id) => `${id} stands for two requirements`),
    ...requirements.filter(({ proofs }) => proofs.length === 0).map(({ id }) => `${id} has no proof`),
    ...requirements.flatMap(({ id, proofs }) =>
      proofs.flatMap((proof) => {
        const found = byContract(titles.filter((title) => matches(proof, title))).length
        const pattern = `${id}: ${String(proof[0])} ${String(proof[1])}`
        if (found === 0) return [`${pattern} matches no test`]
        return found > mostTests ? [`${pattern} matches ${found} tests, more than ${mostTests}`] : []
      })
    )
  ]
}
