import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { ReadTimeout } from "../src/ReadTimeout.ts"
import { serverBounds, serverTimes } from "../src/ServerBounds.ts"

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8").replace(/\s+/g, " ")

const spelled: Readonly<Record<number, string>> = { 5: "five", 10: "ten" }
const connections = serverBounds.maxConnections
const seconds = {
  connectTimeoutMs: Duration.toSeconds(Duration.fromInputUnsafe(serverTimes.connectTimeout.default)),
  statementTimeoutMs: Duration.toSeconds(Duration.fromInputUnsafe(serverTimes.statementTimeout.default)),
  readTimeoutMs: Duration.toSeconds(ReadTimeout.defaultValue())
}

describe("The defaults of a pool", () => {
  it("are those that the options of plain reads name", () => {
    const options = read("src/promise/Source.ts")
    const { default: usual, least, most } = connections
    const range = `${least} to ${most.toLocaleString("en")}`
    assert.include(options, `at most: ${range}. Default: ${usual}. */ readonly maxConnections?: number`)
    for (const [name, time] of Object.entries(seconds)) {
      assert.include(options, `Default: ${(time * 1_000).toLocaleString("en")}. */ readonly ${name}?: number`)
    }
  })

  it("are those that the guide names", () => {
    const guide = read("../../docs/guides/reads-from-other-packages.md")
    assert.include(guide, `holds ${spelled[connections.default]} connections at most (\`maxConnections\`)`)
    for (const [name, time] of Object.entries(seconds)) {
      assert.match(guide, new RegExp(`\\b${spelled[time]} seconds\\b[^.]*\\(\`${name}\`\\)`))
    }
  })
})
