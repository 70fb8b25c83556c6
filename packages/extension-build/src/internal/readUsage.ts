import type { BundledHandler } from "@alga-psa/ext-extension-sdk/build"
import type { Project } from "typescript/unstable/sync"
import type { SourcesToRead } from "../AnalyseSources.ts"
import type { HostNamespace } from "../HostNamespaces.ts"
import type { HostEscape, HostUsage, HostUse, SourcePlace } from "../HostUsage.ts"
import { makeCarriers } from "./carriers.ts"
import { exportsHandler } from "./exportsHandler.ts"
import { type DeclaredBy, makeHostFlow } from "./hostFlow.ts"
import { hostMembers } from "./hostMembers.ts"
import { keptCode } from "./keptCode.ts"
import { ofSdkAlone } from "./ofSdkAlone.ts"
import { sdkFiles } from "./sdkFiles.ts"
import { shownPath } from "./shownPath.ts"
import { topLevelStretch, usesInSource } from "./usesInSource.ts"

type Bundle = Pick<BundledHandler, "globals" | "modules" | "sourceMap">

/** Whether a file declares the language's own types. */
export const isLanguage = (path: string): boolean => /[/\\]lib\.[^/\\]*\.?d\.ts$/.test(path)

const code = /\.[cm]?[jt]sx?$/

const placeOf = (folder: string, file: string): SourcePlace => ({ file: shownPath(folder, file), line: 1, column: 1 })

const importsOf = (
  folder: string,
  modules: Bundle["modules"],
  namespaces: ReadonlyArray<HostNamespace>
): ReadonlyArray<HostUse> =>
  modules.flatMap(({ file, worldImports }) =>
    worldImports.flatMap((name) =>
      namespaces
        .filter(({ interfaces }) => interfaces.includes(name))
        .map(({ capability }) => ({
          ...placeOf(folder, file),
          ...{ capability, interface: name, certain: true, written: `alga:extension/${name}` }
        }))
    )
  )

/** Whether declarations that TypeScript read stand for a module whose code it did not read. */
const isDeclared = (file: string, read: ReadonlySet<string>): boolean =>
  /[/\\]node_modules[/\\]/.test(file) || read.has(file.replace(/\.([cm]?)jsx?$/, ".d.$1ts"))

/**
 * Why a module that TypeScript did not read may use any part of the host, or null. A library's is known by its declarations,
 * unless it comes by the host on its own.
 */
const whyUnread = (
  { file, imports }: Bundle["modules"][number],
  read: ReadonlySet<string>,
  isKnown: (file: string) => boolean
): string | null => {
  if (!isDeclared(file, read)) return "TypeScript does not read this file"
  return imports.some(isKnown) ? "a library that TypeScript does not read imports code that has the host" : null
}

/** Uses of `fetch`, which rests on `host.http`. Only the bundler knows them, in packages too. */
const fetchesOf = (folder: string, { globals }: Pick<BundledHandler, "globals">): ReadonlyArray<HostUse> =>
  globals
    .filter(({ name }) => name === "fetch")
    .map(({ column, file, line, name }) => ({
      capability: "cap:http.fetch",
      interface: "http",
      certain: true,
      written: name,
      file: shownPath(folder, file),
      line,
      column
    }))

/** What the code of a bundle asks of its host, by the types of the project that its sources are. */
export const readUsage = (
  { bundle, entry, folder, namespaces }: Omit<SourcesToRead, "types">,
  project: Project
): HostUsage => {
  const { folder: sdk, has: isOwn, isRuntime } = sdkFiles(entry)
  const hidden = ofSdkAlone(entry, bundle.modules, isOwn)
  const modules = bundle.modules.filter(({ file }) => !hidden.has(file))
  const uses: Array<HostUse> = [...importsOf(folder, modules, namespaces), ...fetchesOf(folder, bundle)]
  const maybe: Array<HostUse> = []
  const escapes: Array<HostEscape> = []
  const callable = exportsHandler(project, entry)
  if (sdk === null) return { uses, escapes, callable }
  const isKept = keptCode(entry, bundle)
  const { program } = project
  const read = new Set(program.getSourceFileNames())
  const declaredBy = (path: string): DeclaredBy =>
    isOwn(path) ? "own" : isLanguage(path) ? "language" : path.endsWith(".d.ts") ? "library" : "source"
  const members = hostMembers(project, sdk)
  const carriers = makeCarriers(project, members, isLanguage)
  const flow = makeHostFlow(project, carriers, members.size, declaredBy)
  const ofSdk = (file: string): boolean => isOwn(file) && !isRuntime(file)
  if (members.size === 0 && modules.some(({ file, imports }) => read.has(file) && imports.some(ofSdk))) {
    escapes.push({ ...placeOf(folder, entry), why: "TypeScript does not find the types of the SDK" })
  }
  for (const module of modules.filter(({ file }) => code.test(file))) {
    const { file } = module
    const source = program.getSourceFile(file)
    if (source === undefined) {
      const why = whyUnread(module, read, (of) => ofSdk(of) || (code.test(of) && read.has(of) && !isRuntime(of)))
      if (why !== null) escapes.push({ ...placeOf(folder, file), why })
      continue
    }
    for (const finding of usesInSource({ project, members, carriers, flow, declaredBy }, source)) {
      const stretch = topLevelStretch(source, file, finding.node)
      if (!isKept(stretch)) continue
      const [line, column] = stretch.at
      const place: SourcePlace = { file: shownPath(folder, file), line: line + 1, column: column + 1 }
      if (finding.namespace === null) {
        escapes.push({ ...place, why: finding.why })
        continue
      }
      const known = namespaces.find(({ name }) => name === finding.namespace)
      if (known === undefined) {
        escapes.push({ ...place, why: `host.${finding.namespace} is not known to this build` })
        continue
      }
      const { capability, interfaces, name } = known
      const by = interfaces.at(-1) ?? name
      const use = {
        ...place,
        capability,
        interface: by,
        certain: finding.by !== "name alone",
        written: `host.${name}`
      }
      if (finding.by === "name") uses.push(use)
      else maybe.push(use)
    }
  }
  if (carriers.exhausted()) escapes.push({ ...placeOf(folder, entry), why: "its types are too many to follow" })
  // Found by its name, a use has the better place.
  const named = new Set(uses.map(({ written }) => written))
  return { uses: [...uses, ...maybe.filter(({ written }) => !named.has(written))], escapes, callable }
}
