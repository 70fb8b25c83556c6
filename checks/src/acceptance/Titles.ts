import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, relative, sep } from "node:path"
import { pnpm, said } from "../release/Commands.ts"
import { root } from "../release/Packages.ts"
import type { Title } from "./Requirement.ts"

/** A test's file as the map writes it. */
export const fileOf = (path: string): string => relative(root, path).split(sep).join("/")

/** The titles of all tests, which are collected and not run. */
export const collectTitles = async (): Promise<ReadonlyArray<Title>> => {
  const folder = await mkdtemp(join(tmpdir(), "alga-titles-"))
  try {
    const file = join(folder, "titles.json")
    const listed = await pnpm(["exec", "vitest", "list", "--staticParse=false", `--json=${file}`], root)
    if (listed.code !== 0) throw new Error(`the tests cannot be listed: ${said(listed)}`)
    const titles = JSON.parse(await readFile(file, "utf8")) as ReadonlyArray<Title>
    return titles.map((title) => ({ file: fileOf(title.file), name: title.name }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
