import { assert, describe, it } from "@effect/vitest"
import { isSafeName } from "../src/internal/child/core/SafeName.ts"

describe("isSafeName", () => {
  it.each([
    "",
    "memory",
    "$imports",
    "cm32p2|wasi:io/poll@0.2|[method]pollable.block",
    "[export]alga:extension/counters",
    "componentize_qjs_runtime.wasm:memory_base",
    "_ZN4core3fmt9Formatter3pad17h$LT$impl$GT$E",
    "mem1 I32Load8U"
  ])("takes %j", (name) => {
    assert.isTrue(isSafeName(name))
  })

  it.each([
    "a'b",
    'a"b',
    "a`b",
    "a\\b",
    "a\nb",
    "a\rb",
    "a\0b",
    "a\u2028b",
    "a\u2029b",
    "ä",
    "a${b",
    "a*/b",
    "a/*b",
    "a<!--b",
    "a-->b",
    "__proto__"
  ])("refuses %j", (name) => {
    assert.isFalse(isSafeName(name))
  })
})
