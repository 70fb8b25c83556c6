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

const said = async (file: string, args: ReadonlyArray<string>) => {
  const { stderr, stdout } = await run(process.execPath, [join(root, file), ...args], { maxBuffer: 1 << 24 })
  return `${stdout}\n${stderr}`
}

/** What a program knows of each of its commands. The help of the benches names them; the others complete them in a shell, a function each. */
const commandsOf = async (file: string): Promise<(words: ReadonlyArray<string>) => string> => {
  if (file === "bench/src/main.ts") {
    const help = await said(file, ["--help"])
    const names = /The bench to run: (.*) \(optional\)/.exec(help)?.[1]?.split(", ") ?? []
    return ([name]) => (name === undefined || names.includes(name) ? help : "")
  }
  const script = await said(file, ["--completions", "bash"])
  const [, globalFlags = ""] = (await said(file, ["--help"])).split("GLOBAL FLAGS")
  const functions = new Map(
    Array.from(script.matchAll(/^_(\w+)\(\)\n\{([\s\S]*?)^\}/gm), ([, name = "", body = ""]) => [name, body])
  )
  const [program = ""] = functions.keys()
  const isGroup = (name: string) => functions.keys().some((other) => other.startsWith(`${name}_`))
  const flagsOf = (name: string, [word, ...more]: ReadonlyArray<string>): string => {
    if (word === undefined || !isGroup(name)) return `${functions.get(name) ?? ""}${globalFlags}`
    return functions.has(`${name}_${word}`) ? flagsOf(`${name}_${word}`, more) : ""
  }
  return (words) => flagsOf(program, words)
}

const programsKnown = new Map(
  await Promise.all(
    [...new Set(programs.map(({ file }) => file))].map(async (file) => [file, await commandsOf(file)] as const)
  )
)

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

  it("exist, with every option that they are shown with", () => {
    const wrong: Array<string> = []
    for (const { file, shown, words } of commands) {
      const text = programsKnown.get(file)?.(words) ?? ""
      if (text === "") wrong.push(`${shown.page}: no command ${words.join(" ")}`)
      for (const option of shown.options) {
        if (!text.includes(option)) wrong.push(`${shown.page}: ${shown.words.join(" ")} knows no ${option}`)
      }
    }
    assert.deepEqual(wrong, [])
  })
})
