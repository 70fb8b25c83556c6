import type { ComponentUse, PreparedComponent } from "@alga-psa/ext-extension-sdk/build"
import { analyseSources } from "./AnalyseSources.ts"
import { capabilityNotes, checkCapabilities } from "./CheckCapabilities.ts"
import { componentInterfaces } from "./ComponentInterfaces.ts"
import { componentUses } from "./ComponentUses.ts"
import { type Finding, finding } from "./Finding.ts"
import { missingNames } from "./internal/missingNames.ts"
import { sdkFiles } from "./internal/sdkFiles.ts"
import { shownPath } from "./internal/shownPath.ts"

/** An extension's sources. */
export interface Sources {
  /** The extension's folder. Absolute. */
  readonly folder: string
  /** The module that exports `handler`. Absolute. */
  readonly entry: string
  /** What the manifest declares. */
  readonly capabilities: ReadonlyArray<string>
  /** Interfaces that the component imports whether its code is seen to use them or not. */
  readonly named: ReadonlyArray<string>
  /** Whether type errors are looked for. */
  readonly types: boolean
}

/** What is found in an extension's sources. */
export interface SourceCheck {
  readonly findings: ReadonlyArray<Finding>
  /** The interfaces of the world that its component imports, such as `clients`, sorted. */
  readonly interfaces: ReadonlyArray<string>
  /** Where its code uses them. */
  readonly uses: ReadonlyArray<ComponentUse>
}

const byPlace = (one: Finding, other: Finding): number =>
  one.file === other.file
    ? (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0)
    : one.file < other.file
      ? -1
      : 1

/** Whether TypeScript says of a field of `globalThis` what is said of its name already. */
const isSaid = (names: ReadonlyArray<Finding>, { code, file, line, text }: Finding): boolean =>
  code === "type" && text.includes("typeof globalThis") && names.some((one) => one.file === file && one.line === line)

/**
 * Checks an extension's sources, as they were bundled for the whole world: `build`, `pack`, `dev` and `check` all ask here. It
 * makes no component.
 */
export const checkSources = async (
  { capabilities, entry, folder, named, types }: Sources,
  whole: Pick<PreparedComponent, "bundle" | "interfaces">
): Promise<SourceCheck> => {
  const [{ findings, usage }, names] = await Promise.all([
    analyseSources(folder, entry, whole.bundle, { types }),
    // While that process starts.
    Promise.resolve().then(() => missingNames(folder, entry, whole.bundle, sdkFiles(entry).has))
  ])
  const chosen = componentInterfaces(usage, named, whole.interfaces)
  const uncallable = finding({
    code: "handler-missing",
    at: { file: shownPath(folder, entry) },
    text: "exports a handler that is not a function",
    remedy: "write export const handler = serve(handle)"
  })
  return {
    interfaces: chosen.interfaces,
    uses: componentUses(usage.uses),
    findings: [
      ...(usage.callable ? [] : [uncallable]),
      ...[...names, ...findings.filter((one) => !isSaid(names, one))].sort(byPlace),
      ...chosen.findings,
      ...checkCapabilities(capabilities, usage),
      ...capabilityNotes(usage)
    ]
  }
}
