import { describe, expect, it } from "vitest"
import type { Mend } from "../src/Finding.ts"
import { mendManifest } from "../src/MendManifest.ts"

const add = (capability: string): Mend => ({ action: "add", capability })
const remove = (capability: string): Mend => ({ action: "remove", capability })

describe("mending a manifest", () => {
  it.each([
    ["adds to an empty list", '{ "capabilities": [] }', [add("a")], '{ "capabilities": ["a"] }'],
    ["adds on the same line", '{"capabilities":["a"],"b":1}', [add("b")], '{"capabilities":["a", "b"],"b":1}'],
    [
      "adds a line of its own, with the blanks of the last one",
      '{\n\t"capabilities": [\n\t\t"a"\n\t]\n}\n',
      [add("b")],
      '{\n\t"capabilities": [\n\t\t"a",\n\t\t"b"\n\t]\n}\n'
    ],
    [
      "keeps line ends and a byte order mark",
      '\uFEFF{\r\n  "capabilities": [\r\n    "a"\r\n  ]\r\n}',
      [add("b")],
      '\uFEFF{\r\n  "capabilities": [\r\n    "a",\r\n    "b"\r\n  ]\r\n}'
    ],
    ["adds the list", '{\n  "name": "x"\n}', [add("a")], '{\n  "name": "x",\n  "capabilities": ["a"]\n}'],
    [
      "adds nothing twice",
      '{ "capabilities": [" A "] }',
      [add("a"), add("b"), add("b")],
      '{ "capabilities": [" A ", "b"] }'
    ],
    ["removes the only one", '{ "capabilities": [ "a" ] }', [remove("a")], '{ "capabilities": [] }'],
    ["removes the first", '{ "capabilities": ["a", "b"] }', [remove("a")], '{ "capabilities": ["b"] }'],
    [
      "removes the last of several lines",
      '{ "capabilities": [\n  "a",\n  "b"\n] }',
      [remove("b")],
      '{ "capabilities": [\n  "a"\n] }'
    ],
    [
      "removes the second of two alike",
      '{ "capabilities": ["a", "b", "A"] }',
      [remove("a")],
      '{ "capabilities": ["a", "b"] }'
    ],
    [
      "mends the last of two lists, which is the one that counts",
      '{ "capabilities": ["a"], "capabilities": ["b", "c"] }',
      [add("d"), remove("b")],
      '{ "capabilities": ["a"], "capabilities": ["c", "d"] }'
    ],
    ["removes and adds", '{ "capabilities": ["a"] }', [remove("a"), add("b")], '{ "capabilities": ["b"] }'],
    ["leaves what it does not find", '{ "capabilities": ["a"] }', [remove("b")], '{ "capabilities": ["a"] }'],
    ["leaves what is no JSON", '{ "capabilities": ', [add("b")], '{ "capabilities": ']
  ] as const)("%s", (_what, before, mends, after) => {
    expect(mendManifest(before, mends)).toBe(after)
  })
})
