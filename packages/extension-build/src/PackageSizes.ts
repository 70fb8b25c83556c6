import type { BundledHandler, Engine } from "@alga-psa/ext-extension-sdk/build"
import { bytesText } from "./BytesText.ts"
import { type Finding, finding } from "./Finding.ts"
import { isOwnFile, packageAround, shownPath } from "./internal/shownPath.ts"

/** How much of a component's script comes from one package. */
export interface PackageSize {
  /** Its name; `own` for the extension's own files. */
  readonly name: string
  /** Bytes of the script, before an engine reads it. */
  readonly bytes: number
}

/** From this many bytes on, a component's size is worth a note: without large packages it has 2 and 13 MB. */
const worthNoting: Readonly<Record<Engine, number>> = { quickjs: 4_000_000, starlingmonkey: 15_000_000 }

const mostNamed = 5

const packageOf = (folder: string, file: string): string => {
  const [, name] = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(shownPath(folder, file)) ?? []
  return name ?? (isOwnFile(folder, file) ? "own" : (packageAround(file)?.name ?? "own"))
}

/** The packages in a component's script, the largest first. */
export const packageSizes = (folder: string, modules: BundledHandler["modules"]): ReadonlyArray<PackageSize> => {
  const sizes = new Map<string, number>()
  for (const { bytes, file } of modules) {
    if (bytes === 0) continue
    const name = packageOf(folder, file)
    sizes.set(name, (sizes.get(name) ?? 0) + bytes)
  }
  return [...sizes].map(([name, bytes]) => ({ name, bytes })).sort((left, right) => right.bytes - left.bytes)
}

/** A note where a component is large, with the packages that make it so. */
export const sizeNotes = (
  componentFile: string,
  engine: Engine | null,
  componentBytes: number,
  sizes: ReadonlyArray<PackageSize>
): ReadonlyArray<Finding> => {
  if (componentBytes < worthNoting[engine ?? "quickjs"]) return []
  const named = sizes.slice(0, mostNamed).map(({ bytes, name }) => `${name} ${bytesText(bytes)}`)
  return [
    finding({
      code: "size",
      at: { file: componentFile },
      text: `has ${bytesText(componentBytes)}, of this script: ${named.join(", ")}`,
      remedy: "import less of the largest package, or a smaller one, so that it starts faster",
      severity: "note"
    })
  ]
}
