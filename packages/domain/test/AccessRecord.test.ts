import { Result, Schema } from "effect"
import { assert, describe, it } from "vitest"
import { AccessRecord, accessRecordSchema, accessWithoutCall } from "../src/AccessRecord.ts"
import { tenant } from "./ports.ts"

const time = "2026-01-01T00:00:00.000Z"
const lost = accessWithoutCall({ time, operation: "access.gap", outcome: "lost", tenant })

describe("An access record", () => {
  it.each([time, `x${time}`, `${time}x`, `${time}\n`])("has a time and nothing around it: %j", (given) => {
    const read = Schema.decodeUnknownResult(AccessRecord)({ ...lost, time: given })
    assert.strictEqual(Result.isSuccess(read), given === time)
  })

  it("says in its JSON Schema what it is, and what each field that is no id means", () => {
    const { properties, title } = accessRecordSchema() as {
      readonly properties: Readonly<Record<string, object>>
      readonly title: string
    }
    assert.match(title, /guarded call/)
    const untold = Object.entries(properties).filter(([, it]) => !/"description":"\w/.test(JSON.stringify(it)))
    assert.deepStrictEqual(
      untold.map(([name]) => name),
      ["tenant", "extension", "install"]
    )
  })
})
