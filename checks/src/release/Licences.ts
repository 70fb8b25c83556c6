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

interface Licensed {
  readonly name: string
}

/** What the published packages bring with them, counted by licence, and the packages that may not be used. */
export const licences = async (): Promise<{
  readonly counts: ReadonlyArray<readonly [licence: string, packages: number]>
  readonly problems: ReadonlyArray<string>
}> => {
  const listed = await pnpm(["-r", "--filter", "./packages/*", "licenses", "list", "--prod", "--json"], root)
  if (listed.code !== 0) return { counts: [], problems: [`the licences cannot be listed: ${outputOf(listed)}`] }
  const byLicence = Object.entries(JSON.parse(listed.stdout) as Readonly<Record<string, ReadonlyArray<Licensed>>>)
  const foreign = byLicence
    .filter(([licence]) => !allowed.has(licence))
    .flatMap(([licence, packages]) => packages.map(({ name }) => ({ licence, name })))
  const found = new Set(foreign.map(({ name }) => name))
  return {
    counts: byLicence.map(([licence, packages]) => [licence, packages.length] as const),
    problems: [
      ...foreign
        .filter(({ name }) => exceptions[name] === undefined)
        .map(({ licence, name }) => `${name} is under "${licence}", which nobody has allowed`),
      ...Object.keys(exceptions)
        .filter((name) => !found.has(name))
        .map((name) => `${name} needs no exception any more`)
    ]
  }
}
