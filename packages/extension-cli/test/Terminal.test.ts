import { describe, expect, it } from "vitest"
import type { ExecutionRecord } from "../src/dev/ExecutionRecord.ts"
import { buildLines, executionLines } from "../src/dev/Terminal.ts"

const record: ExecutionRecord = {
  id: "one",
  request: "GET /api/clients?search=a",
  viewer: "Ada Moreau, administrator",
  viewerName: "admin",
  sent: { method: "GET", target: "/api/clients?search=a", type: null, body: null, bytes: 0 },
  answer: { status: 200, headers: [], body: "", whole: true, bytes: 0 },
  error: null,
  milliseconds: 34.4,
  calls: [],
  logs: [],
  limits: []
}
const call = { operation: "host.clients.list", args: "{}", outcome: "ok", why: null, rows: 2, milliseconds: 1 }

describe("the terminal of alga-ext dev", () => {
  it("has one line for a request that went well", () => {
    expect(executionLines({ ...record, calls: [call] })).toEqual([
      "GET /api/clients?search=a  200  34 ms  Ada Moreau, administrator"
    ])
  })

  it("says how many calls and how much memory a request took, where that is known", () => {
    const limits = [
      { name: "memoryMb", used: 2.1, limit: 256, unit: "MB" },
      { name: "hostCalls", used: 2, limit: 1_000, unit: "calls" },
      { name: "logLines", used: 1, limit: 1_000, unit: "lines" }
    ]
    expect(executionLines({ ...record, limits })).toEqual([
      "GET /api/clients?search=a  200  34 ms  2.1 MB  2 calls  Ada Moreau, administrator"
    ])
  })

  it("has the calls that failed, the log, and why there is no answer", () => {
    const failed = { ...call, outcome: "not-allowed", why: "cap:client.read is not granted: tick it above" }
    const logs = [{ level: "warn", text: "first\nsecond" }] as const
    expect(
      executionLines({ ...record, answer: null, error: "timeout: too long\nat 25 s", calls: [failed], logs })
    ).toEqual([
      "GET /api/clients?search=a  failed  34 ms  Ada Moreau, administrator",
      "  timeout: too long",
      "  at 25 s",
      "  host.clients.list: not-allowed, cap:client.read is not granted: tick it above",
      "  warn first",
      "  second"
    ])
  })

  it("stays short whatever is logged, and obeys nothing that is", () => {
    const logs = Array.from({ length: 100 }, () => ({ level: "info", text: "\u001b[2J" }) as const)
    const lines = executionLines({ ...record, logs })
    expect(lines).toHaveLength(42)
    expect(lines[1]).toBe("  info \\u{1b}[2J")
    expect(lines.at(-1)).toBe("  … 60 more lines are in the panel")
  })

  it("tells of a build with its notes, or with what is wrong", () => {
    const failed = { status: "failed", problems: [{ where: "src/a.ts:1:2", message: "is wrong" }] } as const
    expect(buildLines({ revision: 1, build: { status: "building" } })).toEqual([])
    expect(buildLines({ revision: 1, build: { status: "ready", milliseconds: 3_025, notes: ["look"] } })).toEqual([
      "Ready in 3.0 s",
      "  note: look"
    ])
    expect(buildLines({ revision: 0, build: failed })).toEqual([
      "The build failed; nothing runs yet:",
      "  src/a.ts:1:2: is wrong"
    ])
    expect(buildLines({ revision: 3, build: failed })[0]).toBe("The build failed; the last good one still runs:")
  })
})
