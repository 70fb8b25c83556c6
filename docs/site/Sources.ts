import { glob } from "node:fs/promises"
import { root } from "./Paths.ts"

const patterns = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "docs/*.md",
  "docs/{guides,decisions}/**/*.md",
  "packages/*/README.md"
]

/** The address of a page on the site, without its ending: `guides/write-a-page`. The front page is `index`. */
export const routeOf = (source: string): string => {
  if (source === "README.md") return "index"
  const [, name] = /^packages\/([^/]+)\/README\.md$/.exec(source) ?? []
  if (name !== undefined) return `packages/${name}`
  const path = source.replace(/^docs\//, "").replace(/\.md$/, "")
  return path === "README" ? "overview" : path.toLowerCase()
}

/** The Markdown files that are pages of the site, from the workspace's folder, sorted. */
export const sources = async (): Promise<ReadonlyArray<string>> => {
  const found = await Array.fromAsync(glob([...patterns], { cwd: root }))
  return found.map((path) => path.replaceAll("\\", "/")).sort()
}
