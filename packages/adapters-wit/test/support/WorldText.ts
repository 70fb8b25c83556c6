import { readdirSync, readFileSync } from "node:fs"

/** The definitions of an interface or world by what they define: `record client-summary`, `func get`, `import clients`. */
type Definitions = Readonly<Record<string, string>>

const oneLine = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .replace(/,? ([}>])/g, " $1")
    .trim()

/** A name that is used, or imported, stands for itself: `use types.{b, a}` is a use of `types.a` and one of `types.b`. */
const definitionsIn = (body: string): Definitions => {
  const found = Array.from(
    body.matchAll(/(?:(record|enum|variant|flags) ([\w-]+) \{([^}]*)\})|(?:use ([\w-]+)\.\{([^}]*)\};)|([^{};]+);/g),
    ([, kind, name, fields = "", from, names = "", plain = ""]): ReadonlyArray<readonly [string, string]> => {
      if (kind !== undefined) return [[`${kind} ${name}`, oneLine(fields.replace(/,\s*$/, ""))]]
      if (from !== undefined) {
        const used = names.split(",").map((one) => one.trim())
        return used.filter((one) => one !== "").map((one) => [`use ${one}`, from])
      }
      const [key = "", ...rest] = oneLine(plain).split(": ")
      return [[key, rest.join(": ")]]
    }
  )
  return Object.fromEntries(found.flat())
}

/** A world in a folder of WIT files: what each of its interfaces and the world itself define, comments left out. */
export const worldText = (folder: URL): Readonly<Record<string, Definitions>> => {
  const text = readdirSync(folder)
    .map((file) => readFileSync(new URL(file, folder), "utf8").replace(/\/\/.*$/gm, ""))
    .join("\n")
  const blocks = text.matchAll(/^(interface|world) ([\w-]+) \{\n([\s\S]*?)^\}/gm)
  return Object.fromEntries(Array.from(blocks, ([, kind, name, body = ""]) => [`${kind} ${name}`, definitionsIn(body)]))
}
