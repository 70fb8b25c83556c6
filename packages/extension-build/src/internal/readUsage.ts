import { realpathSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, relative, sep } from "node:path"
import type { BundledHandler } from "@alga-psa/ext-extension-sdk/build"
import { hostNamespaces } from "../HostNamespaces.ts"
import type { HostEscape, HostUsage, HostUse, SourcePlace } from "../HostUsage.ts"
import { exportsHandler } from "./exportsHandler.ts"
import { hostMembers } from "./hostMembers.ts"
import { keptCode } from "./keptCode.ts"
import { withTypedProject } from "./typedProject.ts"
import { topLevelStretch, usesInSource } from "./usesInSource.ts"

const folderOf = (name: string, from: string): string | null => {
  try {
    return realpathSync(dirname(createRequire(from).resolve(`${name}/package.json`)))
  } catch {
    return null
  }
}

const importsOf = (
  folder: string,
  bundle: Pick<BundledHandler, "modules" | "sourceMap">,
  isOwn: (file: string) => boolean
): ReadonlyArray<HostUse> =>
  bundle.modules
    .filter(({ file }) => !isOwn(file))
    .flatMap(({ file, worldImports }) =>
      worldImports.flatMap((name) =>
        hostNamespaces
          .filter(({ interfaces }) => interfaces.includes(name))
          .map(({ capability }) => ({
            capability,
            written: `alga:extension/${name}`,
            file: relative(folder, file),
            line: 1,
            column: 1
          }))
      )
    )

/** Uses of `fetch`, which rests on `host.http`. Only the bundler knows them, in packages too. */
const fetchesOf = (folder: string, { globals }: Pick<BundledHandler, "globals">): ReadonlyArray<HostUse> =>
  globals
    .filter(({ name }) => name === "fetch")
    .map(({ column, file, line, name }) => ({
      capability: "cap:http.fetch",
      written: name,
      file: relative(folder, file),
      line,
      column
    }))

/** Does the work of `findHostUsage`, in the process that calls it. */
export const readUsage = (
  folder: string,
  entry: string,
  bundle: Pick<BundledHandler, "globals" | "modules" | "sourceMap">
): HostUsage => {
  const sdk = folderOf("@alga-psa/ext-extension-sdk", entry)
  const isOwn = (file: string): boolean =>
    (sdk !== null && file.startsWith(sdk + sep)) || /[/\\]@alga-psa[/\\]extension-runtime[/\\]/.test(file)
  const uses: Array<HostUse> = [...importsOf(folder, bundle, isOwn), ...fetchesOf(folder, bundle)]
  const escapes: Array<HostEscape> = []
  let callable = true
  const isKept = keptCode(entry, bundle)
  withTypedProject(folder, entry, (project) => {
    callable = exportsHandler(project, entry)
    if (sdk === null) return
    const members = hostMembers(project, sdk)
    for (const { file } of bundle.modules.filter((module) => !isOwn(module.file))) {
      const source = project.program.getSourceFile(file)
      if (source === undefined) continue
      for (const { namespace, node, why } of usesInSource(project, members, source, isOwn)) {
        const stretch = topLevelStretch(source, file, node)
        if (!isKept(stretch)) continue
        const [line, column] = stretch.at
        const place: SourcePlace = { file: relative(folder, file), line: line + 1, column: column + 1 }
        const known = hostNamespaces.find(({ name }) => name === namespace)
        if (known === undefined) escapes.push({ ...place, why })
        else uses.push({ ...place, capability: known.capability, written: `host.${known.name}` })
      }
    }
  })
  return { uses, escapes, callable }
}
