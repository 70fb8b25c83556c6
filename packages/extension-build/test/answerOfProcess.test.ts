import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { answerOfProcess } from "../src/internal/answerOfProcess.ts"
import { extensionFolder } from "./support/ExtensionFolder.ts"

const longestOfAll = 20_000

/** What is said of a program that may take so many milliseconds. */
const saidOf = (program: string, longest = longestOfAll) =>
  Effect.scoped(
    Effect.gen(function* () {
      const folder = yield* extensionFolder({ "program.mjs": program })
      return yield* Effect.flip(
        Effect.tryPromise({
          try: () => answerOfProcess(join(folder, "program.mjs"), { folder }, longest),
          catch: (error) => (error as Error).message
        })
      )
    })
  )

/** Waits for ever, as does a process of its own that holds its pipes until the folder is gone. */
const waiting = `import { spawn } from "node:child_process"
const waits = \`setInterval(() => require("node:fs").existsSync(\${JSON.stringify(import.meta.filename)}) || process.exit(), 50)\`
spawn(process.execPath, ["-e", waits], { stdio: "inherit" })
setInterval(() => {}, 1_000)
`

describe("a program that reads an extension's sources", () => {
  it.live(
    "is ended where it takes too long, though a process of its own holds its pipes",
    () =>
      Effect.gen(function* () {
        assert.match(yield* saidOf(waiting, 1_000), /^TypeScript took more than 1 seconds: look at "include"/)
      }),
    longestOfAll
  )

  it.live("is not said to take too long where it ended by itself", () =>
    Effect.gen(function* () {
      const none = "the sources' types cannot be read: its process was ended"
      assert.equal(yield* saidOf('process.kill(process.pid, "SIGKILL")\nsetInterval(() => {}, 1_000)'), none)
      assert.match(yield* saidOf('throw new Error("broken")'), /^the sources' types cannot be read: [\s\S]*broken/)
    })
  )
})
