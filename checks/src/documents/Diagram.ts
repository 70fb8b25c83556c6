import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { root } from "./Pages.ts"

const participant = /^ {2}participant (\w+) as (.+)$/
const message = /^ {2}(\w+)-?->>(\w+): (.+)$/

/** The names of the files and folders of a package's code. */
const wordsOf = async (folder: string): Promise<ReadonlySet<string>> => {
  const files = (await readdir(join(root, folder, "src"), { recursive: true })).filter((path) => path.endsWith(".ts"))
  return new Set(files.flatMap((path) => path.toLowerCase().replace(/\.ts$/, "").split("/")))
}

/**
 * What is wrong with a sequence diagram: a line that is none, a part that is not named or never speaks, and a part
 * `package: Module` that the workspace does not have.
 */
export const wrongInSequence = async (text: string): Promise<ReadonlyArray<string>> => {
  const [first, ...lines] = text.trimEnd().split("\n")
  const wrong = first === "sequenceDiagram" ? [] : [`${first} is no sequence diagram`]
  const parts = new Map<string, string>()
  const speaking = new Set<string>()
  for (const line of lines) {
    const [, short, name] = participant.exec(line) ?? []
    const [, from, to] = message.exec(line) ?? []
    if (short !== undefined && name !== undefined) parts.set(short, name)
    else if (from !== undefined && to !== undefined) for (const part of [from, to]) speaking.add(part)
    else wrong.push(`no line of a sequence diagram: ${line}`)
  }
  for (const part of speaking) if (!parts.has(part)) wrong.push(`${part} is not named`)
  for (const [part, name] of parts) {
    if (!speaking.has(part)) wrong.push(`${name} neither asks nor answers`)
    const [, folder, module] = /^([a-z-]+)(?:: (\w+))?$/.exec(name) ?? []
    if (folder === undefined) continue
    const words = await wordsOf(`packages/${folder}`).catch(() => null)
    if (words === null) wrong.push(`there is no package ${folder}`)
    else if (module !== undefined && !words.has(module.toLowerCase())) wrong.push(`${folder} has no ${module}`)
  }
  return wrong
}
