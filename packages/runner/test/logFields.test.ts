import { readFile } from "node:fs/promises"
import { assert, describe, it } from "@effect/vitest"
import { logFields } from "../src/LogFields.ts"
import { oddInLine } from "../testing/LogLines.ts"

const line = (change: object, annotations: object = {}) =>
  JSON.stringify({
    message: "a line",
    level: "INFO",
    timestamp: "2026-01-01T00:00:00.000Z",
    annotations,
    spans: {},
    fiberId: "#1",
    ...change
  })

describe("the list of log fields", () => {
  it("is the one of the page", async () => {
    const page = await readFile(new URL("../../../docs/logs.md", import.meta.url), "utf8")
    const [, table = ""] = page.split("| field | type | is |\n| --- | --- | --- |\n")
    assert.deepStrictEqual(
      table.split("\n\n")[0]?.trim().split("\n"),
      Object.entries(logFields).map(([name, [type, is]]) => `| \`${name}\` | ${type} | ${is} |`)
    )
  })

  it("holds a line to one type for each field: every program that a test starts is held to it", () => {
    assert.isNull(oddInLine(line({ cause: "Error: why" }, { tenant: "t", attempt: 1, user: null, replayed: true })))
    assert.isNull(oddInLine(JSON.stringify({ setting: "no log line", annotations: 1 })))
    assert.match(oddInLine(line({ message: ["a line", {}] })) ?? "", /no text/)
    assert.match(oddInLine(line({ cause: {} })) ?? "", /cause is no text/)
    assert.match(oddInLine(line({}, { attempt: "1" })) ?? "", /field attempt/)
    assert.match(oddInLine(line({}, { library: "ours=1" })) ?? "", /not in the list/)
    assert.isNull(oddInLine(line({}, { library: "module=effect/cluster/Sharding fiber=one" })))
    assert.match(oddInLine(line({}, { another: "1" })) ?? "", /field another/)
  })
})
