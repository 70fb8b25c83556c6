import { describe, expect, it } from "vitest"
import type { ExecutionRecord } from "../src/dev/ExecutionRecord.ts"
import { curlOf } from "../src/dev/page/src/curl.ts"
import { indented, parts } from "../src/dev/page/src/json.ts"

const record = (sent: Partial<ExecutionRecord["sent"]>) =>
  ({
    viewerName: "portal",
    sent: { method: "GET", target: "/api/a", type: null, body: null, bytes: 0, ...sent }
  }) as ExecutionRecord

describe("JSON in the panel", () => {
  it("has a line for each value, and its numbers and texts as they were written", () => {
    const given = '{"a":12345678901234567890,"b":[1.0,{}, [] ],"c":"x,{\\"}","d":null}'
    const shown = indented(given)
    expect(shown.split("\n")).toEqual([
      "{",
      '  "a": 12345678901234567890,',
      '  "b": [',
      "    1.0,",
      "    {},",
      "    []",
      "  ],",
      '  "c": "x,{\\"}",',
      '  "d": null',
      "}"
    ])
    expect(JSON.parse(shown)).toEqual(JSON.parse(given))
  })

  it("is left alone where it is no JSON", () => {
    expect(indented("<p>{}</p>")).toBe("<p>{}</p>")
  })

  it("may be broken between its parts, and keeps a number whole", () => {
    const args = '{"search":"a b","pageSize":100}, 12n'
    expect(
      parts(args)
        .map(({ text }) => text)
        .join("")
    ).toBe(args)
    expect(parts(args).filter(({ whole }) => whole)).toEqual([
      { text: "100", whole: true },
      { text: "12n", whole: true }
    ])
    expect(
      parts('{"cut":"off…')
        .map(({ text }) => text)
        .join("")
    ).toBe('{"cut":"off…')
  })
})

describe("a request as a curl command", () => {
  const origin = "http://127.0.0.1:8790"

  it("asks as the viewer it ran for, with its method, type and body", () => {
    expect(curlOf(record({}), origin)).toBe("curl 'http://127.0.0.1:8790/as/portal/api/a'")
    const posted = { method: "POST", type: "application/json", body: `{"it":"it's"}`, bytes: 13 }
    expect(curlOf(record(posted), origin)).toBe(
      `curl -X POST 'http://127.0.0.1:8790/as/portal/api/a' -H 'content-type: application/json' --data-raw '{"it":"it'\\''s"}'`
    )
  })

  it("takes a body that is no text from a file, and is none for a request that is not known whole", () => {
    expect(curlOf(record({ method: "PUT", bytes: 9 }), origin)).toBe(
      "curl -X PUT 'http://127.0.0.1:8790/as/portal/api/a' -H 'content-type:' --data-binary @body"
    )
    expect(curlOf(record({ target: null }), origin)).toBeNull()
  })
})
