import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"

const folder = new URL("../wit/", import.meta.url)
const text = readdirSync(folder)
  .map((file) => readFileSync(new URL(file, folder), "utf8").replace(/\/\/.*$/gm, ""))
  .join("\n")

const found = (pattern: RegExp): ReadonlyArray<readonly [string, string]> =>
  Array.from(text.matchAll(pattern), ([, name = "", of = ""]) => [name, of] as const)

/** The bodies of records; one name may stand for several. */
const records = found(/^ *(?:record|variant) ([\w-]+) \{([^}]*)\}/gm)

/** The names in a type, with those in the records that it names. */
const namesIn = (type: string, seen: ReadonlySet<string> = new Set()): ReadonlyArray<string> =>
  (type.match(/[a-z][\w-]*/g) ?? []).flatMap((name) => [
    name,
    ...(seen.has(name)
      ? []
      : records.filter(([of]) => of === name).flatMap(([, body]) => namesIn(body, new Set([...seen, name]))))
  ])

const tellATenant = (signatures: ReadonlyArray<readonly [string, string]>) =>
  signatures.filter(([, type]) => namesIn(type).some((name) => name.includes("tenant"))).map(([name]) => name)

describe("The functions of the world", () => {
  it("take no tenant, in no field of what they take", () => {
    const takes = found(/^ *([\w-]+): func\(([^)]*)\)/gm)
    assert.isAbove(takes.length, 20)
    assert.deepEqual(tellATenant(takes), [])
  })

  it("tell the execution's own, where they tell one", () => {
    assert.deepEqual(tellATenant(found(/^ *([\w-]+): func\([^)]*\) -> ([^;]+);/gm)), [
      "get-context",
      "get-user",
      "get-user"
    ])
  })
})

describe("The world's documentation", () => {
  it("has a word on every interface, function, record and enum", () => {
    const lines = readdirSync(folder).flatMap((file) =>
      readFileSync(new URL(file, folder), "utf8")
        .split("\n")
        .map((line) => line.trim())
    )
    const items = lines.flatMap((line, at) =>
      /^(interface|record|enum|variant|world) |: func\(/.test(line) ? [{ line, before: lines[at - 1] ?? "" }] : []
    )
    assert.isAbove(items.length, 60)
    assert.deepEqual(
      items.filter(({ before }) => !before.startsWith("///")).map(({ line }) => line),
      []
    )
  })
})
