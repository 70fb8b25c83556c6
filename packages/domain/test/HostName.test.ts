import { assert, describe, it } from "@effect/vitest"
import { Option, Result, Schema } from "effect"
import { brokenRules } from "../src/BrokenRules.ts"
import { HostName, hostNameOf } from "../src/HostName.ts"

const long = `${"a".repeat(63)}.`.repeat(3)

describe("the name of a host", () => {
  it.each([
    ["t1--e1.apps.example.com", "t1--e1.apps.example.com"],
    ["T1--E1.Apps.Example.COM", "t1--e1.apps.example.com"],
    ["apps.example.com.", "apps.example.com"],
    ["apps.example.com:8443", "apps.example.com"],
    ["APPS.example.com.:443", "apps.example.com"],
    ["9.example", "9.example"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
    [`${long}${"a".repeat(61)}`, `${long}${"a".repeat(61)}`]
  ])("of %s is %s", (header, name) => {
    assert.strictEqual(Option.getOrNull(hostNameOf(header)), name)
  })

  it.each([
    "",
    ".",
    "localhost",
    "localhost:8080",
    "127.0.0.1",
    "127.0.0.1:80",
    "[::1]:80",
    "::1",
    "a..example",
    ".example.com",
    "example.com..",
    "-a.example",
    "a-.example",
    "a_b.example",
    "a b.example",
    "a.example:",
    "a.example:80:80",
    "a.example:123456",
    "a.example/x",
    "a.example,b.example",
    "u@a.example",
    "bücher.example",
    "\u212a.example",
    "%.example",
    `${long}${"a".repeat(62)}`,
    `${"a".repeat(64)}.example`
  ])("is none in %j", (header) => {
    assert.isTrue(Option.isNone(hostNameOf(header)))
  })

  it("is told what it must be, and not by which pattern", () => {
    const read = Schema.decodeUnknownResult(HostName)("localhost")
    assert(Result.isFailure(read))
    assert.deepEqual(brokenRules(read.failure.issue), [{ path: [], message: "must be a host name" }])
  })
})
