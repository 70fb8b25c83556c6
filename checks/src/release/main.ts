import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { audit } from "./Audit.ts"
import { brokenBoundaries, brokenImports } from "./Boundaries.ts"
import { bundledInRelease } from "./Bundled.ts"
import { extensionWeight } from "./ExtensionWeight.ts"
import { beyond, footprintOf, runnerBudget } from "./Footprint.ts"
import { workspaceImports } from "./Imports.ts"
import { tryInstalled } from "./Install.ts"
import { licences } from "./Licences.ts"
import { incompleteManifests } from "./Manifests.ts"
import { tryOlderNodes } from "./OlderNodes.ts"
import { differentVersions, namedVersions } from "./OneVersion.ts"
import { publishedPackages, workspacePackages } from "./Packages.ts"
import { pack, problemsOf, type Tarball } from "./Tarballs.ts"
import { unused } from "./Unused.ts"

const published = await publishedPackages()
const problems: Array<string> = []

const step = async (what: string, look: () => Promise<ReadonlyArray<string>>): Promise<void> => {
  const started = performance.now()
  const found = await look()
  problems.push(...found)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${found.length === 0 ? "ok  " : "FAIL"} ${what} (${seconds} s)`)
  for (const problem of found) console.log(`       ${problem.replaceAll("\n", "\n       ")}`)
}

await step("package boundaries, and circles of imports", async () => [
  ...brokenBoundaries(await workspacePackages()),
  ...brokenImports(await workspaceImports())
])
await step("what package.json says", async () => incompleteManifests(published))
await step("one version everywhere", async () => differentVersions(await namedVersions()))
await step("dependencies, files and exports: none unused, no dependency unlisted", () => unused())
const bundled = await bundledInRelease()
await step("licences of what is installed with the packages, or bundled", async () => {
  const found = await licences(bundled)
  console.log(found.counts.map(([licence, count]) => `       ${count} ${licence}`).join("\n"))
  return found.problems
})
await step("known vulnerabilities", async () => {
  const asked = await audit(bundled)
  if (asked.asked) return asked.problems
  console.log(`       NOT CHECKED: the registry does not tell: ${asked.why.replaceAll(/\s+/g, " ")}`)
  return []
})

const folder = await mkdtemp(join(tmpdir(), "alga-release-"))
try {
  const tarballs: Array<Tarball> = []
  await step("packages build and pack", async () => {
    const packed = await Promise.all(published.map((from) => pack(from, folder)))
    tarballs.push(...packed.filter((one) => typeof one !== "string"))
    return packed.filter((one) => typeof one === "string")
  })
  await step("publint, arethetypeswrong and the packed manifests", async () =>
    (await Promise.all(tarballs.map(problemsOf))).flat()
  )
  await step("what npm installs with the runner alone", async () => {
    const found = await footprintOf("@alga-psa/ext-runner", tarballs, join(folder, "alone"))
    if (typeof found === "string") return [found]
    console.log(`       ${found.packages.length} packages, ${(found.bytes / 1_000_000).toFixed(1)} MB`)
    return beyond(found, runnerBudget)
  })
  await step("what npm installs with a new extension", async () => {
    const { lines, problems } = await extensionWeight(tarballs, folder)
    console.log(lines.map((line) => `       ${line}`).join("\n"))
    return problems
  })
  const projects = join(folder, "projects")
  await mkdir(projects)
  await step("each installs from its tarball into an empty project and runs its quick start", () =>
    tryInstalled(published, tarballs, projects)
  )
  await step("on older Nodes, tools say what they need and libraries run", () => tryOlderNodes(published, projects))
} finally {
  await rm(folder, { recursive: true, force: true })
}

console.log(problems.length === 0 ? "release check: all is well" : `release check: ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
