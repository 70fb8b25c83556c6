import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { pages, root } from "../src/documents/Pages.ts"
import { type ShownCommand, shownCommands } from "../src/documents/ShownCommands.ts"

const programs = [
  { starts: ["node", "packages/runner/src/main.ts"], file: "packages/runner/src/main.ts" },
  { starts: ["npx", "alga-extension-runner"], file: "packages/runner/src/main.ts" },
  { starts: ["alga-extension-runner"], file: "packages/runner/src/main.ts" },
  { starts: ["npx", "pnpm@12", "demo"], file: "packages/development-host/src/main.ts" },
  { starts: ["npx", "pnpm@12", "bench"], file: "bench/src/main.ts" },
  { starts: ["npx", "alga-ext"], file: "packages/extension-cli/src/main.ts" },
  { starts: ["alga-ext"], file: "packages/extension-cli/src/main.ts" }
] as const

const run = promisify(execFile)
const helps = new Map<string, Promise<string>>()

/** What a program says of itself: the bench lists its names, and the others tell of each command. */
const asking = (file: string, words: ReadonlyArray<string>) =>
  file === "bench/src/main.ts" ? [["--help"], ["--list"]] : [[...words, "--help"]]

const help = (file: string, words: ReadonlyArray<string>): Promise<string> => {
  const key = [file, ...words].join(" ")
  const known = helps.get(key)
  const asked =
    known ??
    Promise.all(asking(file, words).map((args) => run(process.execPath, [join(root, file), ...args]))).then((said) =>
      said.map(({ stdout, stderr }) => stdout + stderr).join("\n")
    )
  helps.set(key, asked)
  return asked
}

const isWord = (part: string) => /^[a-z][a-z-]*$/.test(part)

const asked = ({ words }: ShownCommand) => {
  const program = programs.find(({ starts }) => starts.every((word, at) => words[at] === word))
  if (program === undefined) return null
  const rest = words.slice(program.starts.length)
  const end = rest.findIndex((word) => !isWord(word))
  return { file: program.file, words: end === -1 ? rest : rest.slice(0, end) }
}

const commands = (await pages()).flatMap(shownCommands).flatMap((shown) => {
  const program = asked(shown)
  return program === null ? [] : [{ ...program, shown }]
})

describe("The commands that pages show", () => {
  it("are found", () => {
    assert.isAbove(commands.length, 15)
  })

  it("exist, with every option that they are shown with", { timeout: 120_000 }, async () => {
    const wrong: Array<string> = []
    for (const { file, shown, words } of commands) {
      const text = await help(file, words)
      const command = words.at(-1)
      if (command !== undefined && !text.includes(command)) wrong.push(`${shown.page}: no command ${words.join(" ")}`)
      for (const option of shown.options) {
        if (!text.includes(option)) wrong.push(`${shown.page}: ${shown.words.join(" ")} knows no ${option}`)
      }
    }
    assert.deepEqual(wrong, [])
  })
})
