import { readFile, writeFile } from "node:fs/promises"
import { stripTypeScriptTypes } from "node:module"
import { join } from "node:path"
import { type Ended, outputOf, run } from "./Commands.ts"
import { leastNode, libraries, nodeVersions } from "./NodeVersions.ts"
import type { WorkspacePackage } from "./Packages.ts"
import { quickStartOf } from "./QuickStarts.ts"

/** Nodes that people still have, each too old for the tools. */
const older = ["18.20.8", "20.19.0", "22.12.0"]

const isBefore = (version: string, least: string): boolean => version.localeCompare(least, "en", { numeric: true }) < 0

const onNode = (version: string, folder: string, ...args: ReadonlyArray<string>): Promise<Ended> =>
  run("npx", ["--yes", "--prefer-offline", `--package=node@${version}`, "--", "node", ...args], folder)

/** What a command says on an older Node: one line that names both versions, and nothing else. */
const wrongRefusals = async (project: string, name: string, command: string, required: string) => {
  const { bin } = JSON.parse(await readFile(join(project, "node_modules", name, "package.json"), "utf8"))
  const ended = await Promise.all(
    older
      .filter((version) => isBefore(version, required))
      .map(async (version) => ({
        version,
        ...(await onNode(version, project, join("node_modules", name, bin[command]), "--help"))
      }))
  )
  return ended
    .filter(
      ({ code, stderr, stdout, version }) =>
        code !== 2 ||
        stdout !== "" ||
        !stderr.startsWith(`${command}: needs Node ${required} or newer, and this is Node ${version}: `) ||
        stderr.trimEnd().includes("\n")
    )
    .map((one) => `${command} on Node ${one.version} ends with ${one.code}: ${outputOf(one)}`)
}

/** A quick start, with its types left out: older Nodes run no TypeScript. */
const runOnLibrariesNode = async (from: WorkspacePackage, project: string, version: string) => {
  for (const { path, text } of (await quickStartOf(from)).filter(({ path }) => path.endsWith(".ts"))) {
    const script = stripTypeScriptTypes(text).replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.mjs"')
    await writeFile(join(project, path.replace(/\.ts$/, ".mjs")), script)
  }
  const ended = await onNode(version, project, "quick-start.mjs")
  return ended.code === 0 ? [] : [`${from.manifest.name}: its quick start on Node ${version}: ${outputOf(ended)}`]
}

/**
 * Tries packages, each installed in a project of its own below `projects`, on older Nodes: commands say in one line what they need, and
 * the quick starts of the libraries run on the least Node of theirs. What goes wrong, one sentence each.
 */
export const tryOlderNodes = async (
  packages: ReadonlyArray<WorkspacePackage>,
  projects: string
): Promise<ReadonlyArray<string>> => {
  const least = leastNode(nodeVersions(packages).libraries)
  const problems: Array<string> = []
  for (const from of packages) {
    const project = join(projects, from.folder)
    const required = leastNode(from.manifest.engines?.node ?? "")
    for (const command of Object.keys(from.manifest.bin ?? {})) {
      problems.push(...(await wrongRefusals(project, from.manifest.name, command, required)))
    }
    const isShown = (await quickStartOf(from)).some(({ path }) => path === "quick-start.ts")
    if (libraries.has(from.folder) && isShown) problems.push(...(await runOnLibrariesNode(from, project, `${least}.0`)))
  }
  return problems
}
