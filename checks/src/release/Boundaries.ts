import { circles } from "./Circles.ts"
import type { Import } from "./Imports.ts"
import type { WorkspacePackage } from "./Packages.ts"

/** How the names of our packages begin; the folder's name follows. */
export const own = "@alga-psa/ext-"

/**
 * The arrows of the hexagon: which packages of the workspace each may import. Who adds an arrow adds
 * it here. That a package imports nothing but what its `package.json` names is a rule of the linter.
 */
export const arrows: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: [],
  "adapters-memory": ["domain"],
  "adapters-pg": ["domain"],
  "adapters-http": ["domain"],
  "adapters-wit": ["domain"],
  "extension-sdk": [],
  "extension-build": ["adapters-wit", "domain", "extension-sdk"],
  "create-alga-extension": [],
  "extension-cli": [
    "adapters-http",
    "adapters-memory",
    "adapters-wit",
    "create-alga-extension",
    "development-host",
    "domain",
    "extension-build",
    "extension-sdk",
    "runner"
  ],
  runner: ["adapters-http", "adapters-pg", "adapters-wit", "domain"],
  "runner-cluster": ["adapters-pg", "adapters-wit", "domain", "runner"],
  "development-host": ["adapters-memory", "adapters-pg", "adapters-wit", "domain", "extension-sdk", "runner"],
  "sample-extension": ["extension-build", "extension-sdk"],
  "sample-notes": ["extension-build", "extension-sdk"]
}

/**
 * Arrows to an optional peer, which a package loads by `import()` where a command asks for it, and does without. That of the
 * runner is the only one against the others.
 */
export const optionalArrows: Readonly<Record<string, ReadonlyArray<string>>> = {
  runner: ["runner-cluster"],
  "development-host": ["sample-extension"]
}

/** Libraries outside the workspace, where the package's whole point is to have no others. */
const only: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: ["effect"],
  "adapters-memory": ["effect"],
  "adapters-pg": ["@effect/sql-pg", "effect"],
  "create-alga-extension": [],
  "extension-sdk": ["@alga-psa/extension-runtime", "@noble/ciphers", "@noble/hashes", "promise-polyfill", "whatwg-url"]
}

const unscoped = (name: string): string => (name.startsWith(own) ? name.slice(own.length) : name)

/** `npm create` wants one of our packages to have a name without a scope. */
const isOwn = (name: string): boolean => name.startsWith(own) || name in arrows

const namesOf = (dependencies: Readonly<Record<string, string>> = {}) => Object.keys(dependencies)

/** What is wrong with what the packages name in their `package.json`, one sentence each. */
export const brokenBoundaries = (packages: ReadonlyArray<WorkspacePackage>): ReadonlyArray<string> =>
  packages.flatMap(({ folder, manifest }) => {
    const allowed = arrows[folder]
    if (allowed === undefined) return [`${folder}: say in the arrows which packages it may import`]
    const dependencies = namesOf(manifest.dependencies)
    const inner = dependencies.filter(isOwn)
    const outer = dependencies.filter((name) => !isOwn(name))
    const peers = namesOf(manifest.peerDependencies).filter(isOwn)
    const optional = peers.filter((name) => manifest.peerDependenciesMeta?.[name]?.optional === true)
    const mayPeer = [...allowed, ...(optionalArrows[folder] ?? [])]
    return [
      ...inner.filter((name) => !allowed.includes(unscoped(name))),
      ...outer.filter((name) => !(only[folder] ?? outer).includes(name)),
      ...peers.filter((name) => !(optional.includes(name) ? mayPeer : allowed).includes(unscoped(name)))
    ].map((name) => `${folder} must not depend on ${unscoped(name)}`)
  })

const packageOf = (module: string): string => module.slice(0, module.indexOf("/"))

/** What is wrong with what the modules import, one sentence each: packages against the arrows, and circles of modules. */
export const brokenImports = (imports: ReadonlyArray<Import>): ReadonlyArray<string> => [
  ...imports
    .map((one) => ({ ...one, folder: packageOf(one.from), other: packageOf(one.to) }))
    .filter(({ folder, later, other }) => {
      const allowed = [...(arrows[folder] ?? []), ...(later ? (optionalArrows[folder] ?? []) : [])]
      return folder !== other && !allowed.includes(other)
    })
    .map(({ from, later, to }) => `${from} must not ${later ? "load" : "import"} ${to}`),
  ...circles(imports.filter(({ later }) => !later).map(({ from, to }) => [from, to] as const)).map(
    (circle) => `${circle.join(" imports ")}, which imports ${circle[0]}`
  )
]
