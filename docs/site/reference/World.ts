import { glob, readFile } from "node:fs/promises"
import { join } from "node:path"
import { root } from "../Paths.ts"

const folder = "packages/adapters-wit/wit"

/** What stands before the first declaration, as prose, and the rest. */
const parted = (text: string): readonly [about: string, rest: string] => {
  const lines = text.split("\n")
  const end = lines.findIndex((line) => !line.startsWith("///"))
  const about = lines.slice(0, end).map((line) => line.replace(/^\/\/\/ ?/, ""))
  return [about.join("\n"), lines.slice(end).join("\n").trim()]
}

/** The page of the WIT world, a section for each of its files. The world comes first. */
export const worldPage = async (): Promise<string> => {
  const names = (await Array.fromAsync(glob("*.wit", { cwd: join(root, folder) }))).sort(
    (one, other) => Number(other === "world.wit") - Number(one === "world.wit") || (one < other ? -1 : 1)
  )
  const sections = await Promise.all(
    names.map(async (name) => {
      const [about, rest] = parted(await readFile(join(root, folder, name), "utf8"))
      return `## ${name.replace(".wit", "")}\n\n${about}\n\n\`\`\`wit\n${rest}\n\`\`\`\n`
    })
  )
  return `# The world in WIT\n\n\`alga:extension/runner\`: what an extension may ask of its host, and what it must offer.\n\n${sections.join("\n")}`
}
