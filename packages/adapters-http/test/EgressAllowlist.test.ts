import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { entryFor, parseEgressAllowlist, showEgressEntry } from "../src/EgressAllowlist.ts"

const covers = (list: string, url: string): boolean =>
  entryFor(Result.getOrThrow(parseEgressAllowlist(list)), new URL(url)) !== undefined

describe("An allow-list", () => {
  it.each([
    ["", "https://example.com/"],
    [" , ", "https://example.com/"],
    ["example.com", "http://example.com/"],
    ["example.com", "https://example.com:8443/"],
    ["example.com", "https://example.com./"],
    ["example.com", "https://notexample.com/"],
    ["example.com", "https://example.com.evil.test/"],
    ["example.com", "https://example.com@evil.test/"],
    ["example.com", "https://evil.test\\@example.com/"],
    ["example.com", "https://evil.test/\\example.com"],
    ["example.com", "https://evil.test#@example.com/"],
    ["example.com", "https://evil.test?.example.com"],
    ["api.example.com", "https://example.com/"],
    ["http://example.com", "https://example.com/"],
    ["example.com:8443", "https://example.com/"],
    ["127.0.0.1", "https://127.0.0.2/"],
    ["0.1", "https://127.0.0.1/"],
    ["[::1]", "https://[::2]/"]
  ])("%j does not cover %s", (list, url) => {
    assert.isFalse(covers(list, url))
  })

  it.each([
    ["example.com", "https://example.com/"],
    ["example.com", "https://example.com:443/a?b"],
    ["example.com", "https://API.Example.com/"],
    ["Example.COM", "https://a.b.example.com/"],
    ["example.com", "https://evil.test@example.com/"],
    ["example.com", "https:\\\\exam\tple.com\\"],
    ["example.com", "https://ex%61mple.com/"],
    ["http://example.com", "http://example.com/"],
    ["https://example.com:8443", "https://example.com:8443/"],
    [" other.test ,, example.com:80", "https://example.com:80/"],
    ["bücher.example", "https://xn--bcher-kva.example/"],
    ["xn--bcher-kva.example", "https://www.BÜCHER.example/"],
    ["https://127.0.0.1", "https://2130706433/"],
    ["https://127.0.0.1", "https://0x7f.1/"],
    ["https://127.0.0.1", "https://0177.0.0.1/"],
    ["[::1]", "https://[0:0:0:0:0:0:0:1]/"],
    ["[::ffff:127.0.0.1]", "https://[::ffff:7f00:1]/"]
  ])("%j covers %s", (list, url) => {
    assert.isTrue(covers(list, url))
  })

  it.each([
    "ftp://example.com",
    "https://",
    "example.com/",
    "example.com/a",
    "example.com?a",
    "example.com#a",
    "user@example.com",
    "https://user:secret@example.com",
    "*.example.com",
    "*",
    ".example.com",
    "example..com",
    "example.com.",
    "example.com:0",
    "example.com:",
    "example.com:65536",
    "exam ple.com",
    "exam%70le.com",
    "example.com\\a",
    "::1",
    "[::1",
    "[example.com]",
    "256.0.0.1"
  ])("refuses the entry %s by its number, and does not show it", (text) => {
    const problem = Result.match(parseEgressAllowlist(`example.com,${text}`), {
      onFailure: String,
      onSuccess: () => ""
    })
    assert.include(problem, "entry 2 is invalid")
    assert.notInclude(problem, "secret")
  })

  it("is shown with schemes and ports", () => {
    const entries = Result.getOrThrow(parseEgressAllowlist("Example.com, http://a.test, [::1]:8443"))
    assert.deepStrictEqual(entries.map(showEgressEntry), [
      "https://example.com:443",
      "http://a.test:80",
      "https://[::1]:8443"
    ])
  })
})
