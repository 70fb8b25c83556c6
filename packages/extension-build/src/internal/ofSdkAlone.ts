import type { BundledHandler } from "@alga-psa/ext-extension-sdk/build"

/** These files and all that they lead to, without going through those that are left out. */
const reached = (
  start: ReadonlyArray<string>,
  imports: ReadonlyMap<string, ReadonlyArray<string>>,
  isLeftOut: (file: string) => boolean
): ReadonlySet<string> => {
  const found = new Set(start)
  for (const file of found) for (const next of imports.get(file) ?? []) if (!isLeftOut(next)) found.add(next)
  return found
}

/** The files of a bundle that are there for the SDK alone: its own, and libraries that nobody else imports. */
export const ofSdkAlone = (
  entry: string,
  modules: BundledHandler["modules"],
  isSdk: (file: string) => boolean
): ReadonlySet<string> => {
  const imports = new Map(modules.map((module) => [module.file, module.imports]))
  const own = modules.map(({ file }) => file).filter(isSdk)
  const authored = reached([entry], imports, isSdk)
  return new Set([...reached(own, imports, () => false)].filter((file) => isSdk(file) || !authored.has(file)))
}
