import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { WorkspacePackage } from "./Packages.ts"

/** A file of code that a page shows. */
export interface ShownFile {
  /** As the first line of the code names it. */
  readonly path: string
  readonly text: string
}

/** The files that a quick start runs, where a page shows them. */
export const entries = ["quick-start.ts", "quick-start.sh"] as const

/**
 * The files that a page shows: blocks of TypeScript that begin with their name, such as `// src/handler.ts: what it is`,
 * and the block of shell that begins with `# quick start`.
 */
export const shownFiles = (page: string): ReadonlyArray<ShownFile> => [
  ...Array.from(page.matchAll(/^```ts\n(\/\/ ([\w./-]+\.ts)\b.*\n[\s\S]*?)^```$/gm), ([, text = "", path = ""]) => ({
    path,
    text
  })),
  ...Array.from(page.matchAll(/^```sh\n(# quick start\n[\s\S]*?)^```$/gm), ([, text = ""]) => ({
    path: "quick-start.sh",
    text
  }))
]

/** The packages that code imports, and those that it says it needs beside them (`// needs: esbuild`), by their names. */
export const importedPackages = (code: string): ReadonlyArray<string> => [
  ...new Set([
    ...Array.from(code.matchAll(/^(?:\/\/|#) needs: (.+)$/gm), ([, names = ""]) => names.split(" ")).flat(),
    ...Array.from(
      code.matchAll(/\b(?:from|import)\s*\(?\s*"((?:@[\w.-]+\/)?[\w-][\w.-]*)(?:\/[^"]*)?"/g),
      ([, name = ""]) => name
    )
  ])
]

/** The files that a package's README shows; its quick start is one of them. */
export const quickStartOf = async ({ path }: WorkspacePackage): Promise<ReadonlyArray<ShownFile>> =>
  shownFiles(await readFile(join(path, "README.md"), "utf8").catch(() => ""))
