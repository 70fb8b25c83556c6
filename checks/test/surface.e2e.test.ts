import { execFileSync } from "node:child_process"
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { accessRecordSchema } from "@alga-psa/ext-domain/AccessRecord"
import { expect, it } from "vitest"
import { root } from "../src/release/Packages.ts"

const withoutComments = (wit: string): string =>
  wit
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/\/\/.*$/gm, "")
    .replaceAll(/\s*\n(\s*\n)+/g, "\n")
    .trim()

it("the WIT world is the one of the golden file", async () => {
  const folder = join(root, "packages/adapters-wit/wit")
  const names = (await readdir(folder)).filter((name) => name.endsWith(".wit")).sort()
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")))
  await expect(`${texts.map(withoutComments).join("\n\n")}\n`).toMatchFileSnapshot("golden/world.wit")
})

it("the JSON Schema of access records is the one of the golden file", async () => {
  const text = `${JSON.stringify(accessRecordSchema(), null, 2)}\n`
  await expect(text).toMatchFileSnapshot("golden/access-record.v1.json.txt")
})

it("the types of the SDK are those of the golden file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "alga-surface-"))
  try {
    const emit = [
      "--declaration",
      "--emitDeclarationOnly",
      "--removeComments",
      "--declarationMap",
      "false",
      "--outDir",
      folder
    ]
    const project = join(root, "packages/extension-sdk/tsconfig.build.json")
    execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", project, ...emit])
    const names = (await readdir(folder)).filter((name) => name.endsWith(".d.ts")).sort()
    const texts = await Promise.all(
      names.map(async (name) => `// ${name}\n${await readFile(join(folder, name), "utf8")}`)
    )
    // References say where the world's types lie on this machine.
    await expect(texts.join("\n").replaceAll(/^\/\/\/ <reference .*\n/gm, "")).toMatchFileSnapshot(
      "golden/extension-sdk.d.ts.txt"
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

it("the types of plain reads name no Effect, however far one follows them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "alga-surface-"))
  try {
    const emit = ["--declaration", "--emitDeclarationOnly", "--outDir", folder]
    execFileSync(join(root, "node_modules/.bin/tsc"), [
      "-p",
      join(root, "packages/adapters-pg/tsconfig.build.json"),
      ...emit
    ])
    const reached = new Set([join(folder, "promise.d.ts")])
    const foreign: Array<string> = []
    for (const file of reached) {
      const text = await readFile(file, "utf8")
      for (const [, specifier = ""] of text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
        if (specifier.startsWith(".")) reached.add(join(dirname(file), specifier.replace(/\.ts$/, ".d.ts")))
        else foreign.push(specifier)
      }
    }
    expect(foreign).toEqual([])
    expect(reached.size).toBeGreaterThan(4)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
