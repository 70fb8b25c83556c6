import { readFileSync } from "node:fs"
import { createInterface } from "node:readline/promises"
import { parseArgs } from "node:util"
import { type Answers, ask } from "./internal/questions.ts"
import { ExtensionRefused, newExtension, nextSteps } from "./NewExtension.ts"
import { readsIn } from "./Reads.ts"

const help = `create-alga-extension [name] [flags]

Starts an Alga PSA extension in a new folder. In a terminal it asks for what no flag says; elsewhere it takes the defaults.

  --page, --no-page      whether it has a page, which people see in Alga. Default: no
  --reads clients        what it reads: clients, services or clients,services. Default: clients
  --publisher "Acme"     who publishes it. Default: Example
  --domain com.acme      their domain in reverse, the first part of the extension's name. Default: com.example
  --version, --help      say the version, or this

Exit codes: 0 done; 2 wrong usage`

const options = {
  page: { type: "boolean" },
  reads: { type: "string" },
  publisher: { type: "string" },
  domain: { type: "string" },
  version: { type: "boolean" },
  help: { type: "boolean", short: "h" }
} as const

const given = (args: ReadonlyArray<string>) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, allowNegative: true })
  } catch (error) {
    throw new ExtensionRefused(`${(error as Error).message}. See --help`)
  }
}

const answersIn = (args: ReadonlyArray<string>) => {
  const { positionals, values } = given(args)
  const [name, ...more] = positionals
  if (more.length > 0) throw new ExtensionRefused(`"${more[0]}" is one name too many. See --help`)
  const reads = values.reads === undefined ? undefined : readsIn(values.reads)
  if (reads === null) {
    throw new ExtensionRefused(`--reads "${values.reads}" must be clients, services or clients,services`)
  }
  return { values, answers: { name, page: values.page, reads } satisfies Answers }
}

const asked = async (answers: Answers): Promise<Answers> => {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return answers
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const left = new AbortController()
  terminal.once("close", () => left.abort())
  try {
    return await ask(answers, (question) => terminal.question(question, { signal: left.signal }))
  } catch (error) {
    if (left.signal.aborted) throw new ExtensionRefused("ended before the last answer: nothing was made")
    throw error
  } finally {
    terminal.close()
  }
}

/** Runs the command with its arguments, and gives its exit code. */
export const create = async (args: ReadonlyArray<string>): Promise<number> => {
  try {
    const { answers, values } = answersIn(args)
    const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
    if (values.help || values.version) {
      console.log(values.help ? help : manifest.version)
      return 0
    }
    const { name, page, reads } = await asked(answers)
    if (name === undefined) throw new ExtensionRefused("give the extension's name: create-alga-extension my-extension")
    const { domain, publisher } = values
    const made = await newExtension({
      name,
      ...(page === undefined ? {} : { page }),
      ...(reads === undefined ? {} : { reads }),
      ...(domain === undefined ? {} : { domain }),
      ...(publisher === undefined ? {} : { publisher })
    })
    console.log(nextSteps(made, name).join("\n"))
    return 0
  } catch (error) {
    if (!(error instanceof ExtensionRefused)) throw error
    console.error(`create-alga-extension: ${error.message}`)
    return 2
  }
}
