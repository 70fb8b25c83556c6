import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { assert, describe, it, onTestFinished } from "vitest"
import { unused } from "../src/release/Unused.ts"

const made = JSON.stringify({ name: "made", type: "module", exports: { "./*": "./src/*.ts", "./internal/*": null } })
const used = 'import { shown } from "./internal/parts.ts"\n\nconsole.log(shown)\n'

/** What is found in a workspace with one package. */
const foundIn = async (files: Readonly<Record<string, string>>) => {
  const workspace = await mkdtemp(join(tmpdir(), "alga-unused-"))
  onTestFinished(() => rm(workspace, { recursive: true, force: true }))
  const all = {
    "package.json": JSON.stringify({ name: "workspace", private: true, workspaces: ["packages/*"] }),
    "packages/made/package.json": made,
    "packages/made/src/Made.ts": used,
    "packages/made/src/internal/parts.ts": "export const shown = 1\n",
    ...files
  }
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(workspace, path)), { recursive: true })
    await writeFile(join(workspace, path), text)
  }
  return (await unused(workspace)).join("\n")
}

describe("What nothing uses", () => {
  it("is not found where everything is used, or is said to be for other programs", async () => {
    assert.strictEqual(await foundIn({}), "")
    const offered = "/** @public */\nexport const offered = 1\n"
    assert.strictEqual(await foundIn({ "packages/made/src/Offered.ts": offered }), "")
  })

  it.each([
    ["an export", "internal/parts.ts", "export const shown = 1\nexport const left = 2\n"],
    [
      "an export that only its own file uses",
      "internal/parts.ts",
      "export const left = 2\nexport const shown = left\n"
    ],
    ["a type", "internal/parts.ts", "export const shown = 1\nexport type left = number\n"],
    ["an export that the package offers", "Offered.ts", "export const left = 2\n"],
    ["a type that the package offers", "Offered.ts", "export interface left {}\n"],
    ["a file", "internal/left.ts", "console.log(1)\n"],
    ["a dependency that is not named", "Made.ts", `import "left"\n${used}`]
  ])("is found: %s", async (_, file, text) => {
    assert.match(await foundIn({ [`packages/made/src/${file}`]: text }), new RegExp(`packages/made/src/${file}.*left`))
  })
})
