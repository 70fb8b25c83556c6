import { fileURLToPath } from "node:url"
import type { BundledHandler } from "@alga-psa/ext-extension-sdk/build"
import { type Finding, type FindingParts, finding } from "./Finding.ts"
import { type HostNamespace, hostNamespaces } from "./HostNamespaces.ts"
import type { HostUsage } from "./HostUsage.ts"
import { answerOfProcess } from "./internal/answerOfProcess.ts"

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
const program = fileURLToPath(new URL(`internal/sourcesProcess.${extension}`, import.meta.url))

/** What the process is told that reads an extension's sources. */
export interface SourcesToRead {
  readonly folder: string
  readonly entry: string
  readonly bundle: Pick<BundledHandler, "globals" | "modules" | "sourceMap">
  readonly types: boolean
  /** The parts of the host. */
  readonly namespaces: ReadonlyArray<HostNamespace>
}

/** What it answers. */
export interface SourcesRead {
  readonly usage: HostUsage
  readonly findings: ReadonlyArray<FindingParts>
}

/** How long TypeScript may take: settings that take in a whole disk would keep it for hours. */
const longest = 120_000

/** What TypeScript says of an extension's sources. */
export interface SourceAnalysis {
  readonly usage: HostUsage
  /** Type errors of own files. */
  readonly findings: ReadonlyArray<Finding>
}

/**
 * What the code of a component asks of its host: by its types, which follow `host` through variables, parameters and
 * destructuring, by its own imports of the world, and by the global `fetch`. Code that the bundle drops as unused does not
 * count. With `types`, its type errors too.
 *
 * A component made from JavaScript imports every interface of its world, used or not, so its imports tell nothing. It runs
 * in a process of its own, because the compiler writes to the standard error of whoever asks it.
 */
export const analyseSources = async (
  folder: string,
  entry: string,
  { globals, modules, sourceMap }: SourcesToRead["bundle"],
  { types }: { readonly types: boolean }
): Promise<SourceAnalysis> => {
  const bundle = { globals, modules, sourceMap }
  const input: SourcesToRead = { folder, entry, bundle, types, namespaces: hostNamespaces }
  const { findings, usage } = (await answerOfProcess(program, input, longest)) as SourcesRead
  return { usage, findings: findings.map(finding) }
}
