import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { outputOf, pnpm, run } from "./Commands.ts"
import { root, type WorkspacePackage } from "./Packages.ts"
import { entries, importedPackages, quickStartOf, type ShownFile } from "./QuickStarts.ts"
import type { Tarball } from "./Tarballs.ts"

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

const write = async (folder: string, { path, text }: ShownFile): Promise<void> => {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

/** What a project that follows a quick start depends on, by the versions that the packages themselves ask for. */
const dependencies = (
  name: string,
  code: string,
  tarballs: ReadonlyArray<Tarball>
): Readonly<Record<string, string>> => {
  const versions = Object.assign(
    {},
    ...tarballs.map(({ manifest }) => ({ ...manifest.peerDependencies, ...manifest.dependencies })),
    Object.fromEntries(tarballs.map((tarball) => [tarball.name, `file:${tarball.file}`]))
  ) as Readonly<Record<string, string>>
  const wanted = [name, ...importedPackages(code)]
  return Object.fromEntries(
    wanted.flatMap((wants) => (versions[wants] === undefined ? [] : [[wants, versions[wants]]]))
  )
}

const tsconfig = {
  compilerOptions: {
    module: "nodenext",
    target: "es2024",
    strict: true,
    noEmit: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    allowImportingTsExtensions: true,
    exactOptionalPropertyTypes: true
  },
  include: ["**/*.ts"]
}

/**
 * Installs every package from its tarball into an empty project of its own, where only what it asks for can be found;
 * then checks the types of its quick start, without leaving out the packages' own, and runs it. What goes wrong, one
 * sentence each.
 */
export const tryInstalled = async (
  packages: ReadonlyArray<WorkspacePackage>,
  tarballs: ReadonlyArray<Tarball>,
  folder: string
): Promise<ReadonlyArray<string>> => {
  const workspace = {
    packages: ["*"],
    nodeVersion: process.versions.node,
    ignoreScripts: true,
    overrides: Object.fromEntries(tarballs.map(({ file, name }) => [name, `file:${file}`]))
  }
  await writeFile(join(folder, "pnpm-workspace.yaml"), json(workspace))
  await writeFile(join(folder, "package.json"), json({ name: "projects", private: true }))
  const projects = await Promise.all(
    packages.map(async (from) => {
      const files = await quickStartOf(from)
      const project = join(folder, from.folder)
      await mkdir(project)
      const code = files.map(({ text }) => text).join("\n")
      const manifest = { private: true, type: "module", dependencies: dependencies(from.manifest.name, code, tarballs) }
      await writeFile(join(project, "package.json"), json({ name: `project-${from.folder}`, ...manifest }))
      await writeFile(join(project, "tsconfig.json"), json(tsconfig))
      for (const file of files) await write(project, file)
      return {
        name: from.manifest.name,
        project,
        typed: files.some(({ path }) => path.endsWith(".ts")),
        entry: entries.find((one) => files.some(({ path }) => path === one))
      }
    })
  )
  const installed = await pnpm(["install", "--prefer-offline"], folder)
  if (installed.code !== 0) return [`the tarballs cannot be installed: ${outputOf(installed)}`]
  const problems: Array<string> = []
  for (const { entry, name, project, typed } of projects) {
    if (entry === undefined) {
      problems.push(`${name}: its README shows no ${entries.join(" and no ")}`)
      continue
    }
    const checked = typed ? await run(join(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.json"], project) : null
    if (checked !== null && checked.code !== 0)
      problems.push(`${name}: the types of its quick start: ${outputOf(checked)}`)
    const ran = await (entry.endsWith(".ts")
      ? run(process.execPath, [entry], project)
      : run("sh", ["-eu", entry], project))
    if (ran.code !== 0) problems.push(`${name}: its quick start: ${outputOf(ran)}`)
  }
  return problems
}
