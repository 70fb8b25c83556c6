import { spawn } from "node:child_process"
import { glob, mkdir, readFile, rm, watch, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { deadSiteLinks } from "./Check.ts"
import { withBase } from "./Llms.ts"
import { finished, prepared, root } from "./Paths.ts"
import { clearSite, prepareSite } from "./Prepare.ts"
import { mendAnchors } from "./reference/Api.ts"
import { sources } from "./Sources.ts"

const docs = fileURLToPath(new URL("..", import.meta.url))
const base = process.env["DOCS_BASE"] ?? "/"
const options = { base, version: process.env["DOCS_VERSION"] ?? null, files: process.env["DOCS_FILES_URL"] ?? null }

const run = (name: string, ...args: ReadonlyArray<string>): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [name, ...args], { cwd: docs, stdio: "inherit" })
    child
      .on("error", reject)
      .on("close", (code) => (code === 0 ? resolve() : reject(new Error(`${name} ended with ${code}`))))
  })

const bin = (name: string): string => join(docs, "node_modules", name)

/** What takes a while to make: the types of the packages, and every statement. */
const makeReference = async (): Promise<void> => {
  const out = join(prepared, "reference/api")
  await run(bin("typedoc/bin/typedoc"), "--options", "typedoc.site.json", "--out", out)
  await run(join(root, "packages/adapters-pg/scripts/statements.ts"))
  await mendAnchors(out)
  const statements = await readFile(join(root, ".cache/statements.md"), "utf8")
  // Coloured, they would be nine megabytes.
  await writeFile(join(prepared, "reference/statements.md"), statements.replaceAll("```sql", "```txt"))
}

/** The Markdown of each page, beside the page. */
const copyMarkdown = async (): Promise<void> => {
  for await (const name of glob("**/*.md", { cwd: prepared })) {
    await writeFile(join(finished, name), withBase(await readFile(join(prepared, name), "utf8"), base))
  }
}

const build = async (): Promise<void> => {
  await clearSite()
  await rm(finished, { recursive: true, force: true })
  await mkdir(prepared, { recursive: true })
  await prepareSite(options)
  await makeReference()
  await run(bin("vitepress/bin/vitepress.js"), "build", ".")
  await copyMarkdown()
  const dead = await deadSiteLinks(finished, base)
  for (const link of dead) console.error(`dead link: ${link}`)
  if (dead.length > 0) process.exitCode = 1
}

/** Serves the pages, and takes each change of theirs over. The reference that takes a while is that of the last build. */
const develop = async (): Promise<void> => {
  await prepareSite(options)
  const folders = new Set((await sources()).map((source) => dirname(join(root, source))))
  const changesIn = async (folder: string) => {
    for await (const { filename } of watch(folder)) if (filename?.endsWith(".md") === true) await prepareSite(options)
  }
  await Promise.race([...Array.from(folders, changesIn), run(bin("vitepress/bin/vitepress.js"), "dev", ".")])
}

await (process.argv[2] === "dev" ? develop() : build())
