import { outputOf, pnpm } from "./Commands.ts"
import { root } from "./Packages.ts"

/** Licences that whoever installs a published package may take on without asking. */
const allowed: ReadonlySet<string> = new Set([
  "(Apache-2.0 WITH LLVM-exception)",
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT"
])

/** Packages under other words, each with why it may be used. */
const exceptions: Readonly<Record<string, string>> = {
  "@alga-psa/extension-runtime": "names no licence; it is the product's own SDK, which every extension of it uses"
}

/** A package with what it says of its licence. */
export interface Licensed {
  readonly name: string
  readonly license: string
}

/** The packages that may not be used, and the exceptions that none needs, one sentence each. */
export const foreignLicences = (packages: ReadonlyArray<Licensed>): ReadonlyArray<string> => {
  const foreign = packages.filter(({ license }) => !allowed.has(license))
  return [
    ...foreign
      .filter(({ name }) => exceptions[name] === undefined)
      .map(({ license, name }) => `${name} is under "${license}", which nobody has allowed`),
    ...Object.keys(exceptions)
      .filter((excepted) => !foreign.some(({ name }) => name === excepted))
      .map((name) => `${name} needs no exception any more`)
  ]
}

/**
 * What the published packages bring with them, installed or in a bundle, counted by licence, and the packages that may not be
 * used.
 */
export const licences = async (
  bundled: ReadonlyArray<Licensed>
): Promise<{
  readonly counts: ReadonlyArray<readonly [licence: string, packages: number]>
  readonly problems: ReadonlyArray<string>
}> => {
  const listed = await pnpm(["-r", "--filter", "./packages/*", "licenses", "list", "--prod", "--json"], root)
  if (listed.code !== 0) return { counts: [], problems: [`the licences cannot be listed: ${outputOf(listed)}`] }
  const byLicence: Readonly<Record<string, ReadonlyArray<Licensed>>> = JSON.parse(listed.stdout)
  const packages = [...Object.values(byLicence).flat(), ...bundled]
  const counts = new Map<string, number>()
  for (const { license } of packages) counts.set(license, (counts.get(license) ?? 0) + 1)
  return { counts: [...counts], problems: foreignLicences(packages) }
}
