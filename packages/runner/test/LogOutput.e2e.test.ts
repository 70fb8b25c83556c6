import { spawn } from "node:child_process"
import { once } from "node:events"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"

const program = fileURLToPath(new URL("./support/logFlood.ts", import.meta.url))
const failing = fileURLToPath(new URL("./support/logFloodThatFails.ts", import.meta.url))
const lines = 20_000

interface Line {
  readonly annotations: { readonly attempt?: number; readonly lines?: number }
}

describe("the output of log lines on a pipe", () => {
  it("does not wait for who does not read, and tells how many of the oldest lines it lost", async () => {
    const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit", "ipc"] })
    const ended = once(child, "exit")
    assert.deepStrictEqual(await once(child, "message"), ["logged", undefined])
    child.send("end")
    const written = (await text(child.stdout as NodeJS.ReadableStream)).trimEnd().split("\n")
    assert.deepStrictEqual(await ended, [0, null])
    const annotations = written.map((line) => (JSON.parse(line) as Line).annotations)
    const attempts = annotations.flatMap(({ attempt }) => attempt ?? [])
    const lost = annotations.reduce((sum, { lines: some = 0 }) => sum + some, 0)
    assert.isAbove(lost, 0)
    assert.strictEqual(attempts.length + lost, lines)
    assert.deepStrictEqual(
      attempts,
      attempts.toSorted((one, other) => one - other)
    )
    assert.deepStrictEqual([attempts[0], attempts.at(-1)], [1, lines])
  })

  it("lets a program that fails end, though nobody reads", async () => {
    const child = spawn(process.execPath, [failing], {
      stdio: ["ignore", "pipe", "inherit"],
      timeout: 60_000,
      killSignal: "SIGKILL"
    })
    assert.deepStrictEqual(await once(child, "exit"), [1, null])
  })
})
