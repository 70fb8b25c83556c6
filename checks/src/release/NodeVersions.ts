import type { Page } from "../documents/Pages.ts"
import type { WorkspacePackage } from "./Packages.ts"

/** The packages that programs of others import. They run on older Nodes than what starts processes of its own. */
export const libraries: ReadonlySet<string> = new Set([
  "adapters-memory",
  "adapters-pg",
  "create-alga-extension",
  "domain",
  "extension-sdk"
])

/** Where each of the two versions is stated: in `engines` of these packages. */
const stated = { libraries: "domain", tools: "adapters-wit" } as const

/** The version in what `engines` say, such as `20.19`. */
export const leastNode = (engines: string): string => engines.replace(/^>=/, "")

/** The least Node of the libraries and of the tools, such as `>=26`. */
export const nodeVersions = (packages: ReadonlyArray<WorkspacePackage>) => {
  const of = (folder: string) => packages.find((one) => one.folder === folder)?.manifest.engines?.node ?? "nothing"
  return { libraries: of(stated.libraries), tools: of(stated.tools) }
}

/** The packages whose `engines` say another version than they must, one sentence each. */
export const strayEngines = (packages: ReadonlyArray<WorkspacePackage>): ReadonlyArray<string> => {
  const { libraries: library, tools } = nodeVersions(packages)
  return packages.flatMap(({ folder, manifest }) => {
    const must = libraries.has(folder) ? library : tools
    const says = manifest.engines?.node ?? "nothing"
    return says === must ? [] : [`${folder}: "engines" say ${says} of "node", not ${must}`]
  })
}

const mention = /\bNode (\d+(?:\.\d+)*),? (?:or|and) newer/g

/** Where pages ask for another Node than one of the two, one sentence each. */
export const strayMentions = (
  packages: ReadonlyArray<WorkspacePackage>,
  pages: ReadonlyArray<Page>
): ReadonlyArray<string> => {
  const versions = Object.values(nodeVersions(packages)).map(leastNode)
  return pages.flatMap(({ path, text }) =>
    Array.from(text.matchAll(mention))
      .filter(([, version = ""]) => !versions.includes(version))
      .map(([words]) => `${path}: "${words}" is neither Node ${versions.join(" nor ")}`)
  )
}
