import type { WorkspacePackage } from "./Packages.ts"

const own = "@alga-psa/ext-"

/**
 * The arrows of the hexagon: which packages of the workspace each may import when it is installed. Who adds an arrow adds
 * it here. That a package imports nothing but what its `package.json` names is a rule of the linter.
 */
export const arrows: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: [],
  "adapters-memory": ["domain"],
  "adapters-pg": ["domain"],
  "adapters-wit": ["domain"],
  "extension-sdk": [],
  "extension-build": ["adapters-wit", "domain", "extension-sdk"],
  "extension-cli": [
    "adapters-memory",
    "adapters-pg",
    "adapters-wit",
    "development-host",
    "domain",
    "extension-build",
    "extension-sdk",
    "runner"
  ],
  runner: ["adapters-pg", "adapters-wit", "domain"],
  "runner-cluster": ["adapters-pg", "adapters-wit", "domain", "runner"],
  "development-host": ["adapters-memory", "adapters-pg", "adapters-wit", "domain", "extension-sdk", "runner"],
  "sample-extension": ["extension-build", "extension-sdk"]
}

/** Libraries outside the workspace, where the package's whole point is to have no others. */
export const only: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: ["effect"],
  "adapters-memory": ["effect"],
  "adapters-pg": ["@effect/sql-pg", "effect"],
  "extension-sdk": ["@alga-psa/extension-runtime", "promise-polyfill"]
}

/** What is wrong with the dependencies of the packages, one sentence each. */
export const brokenBoundaries = (packages: ReadonlyArray<WorkspacePackage>): ReadonlyArray<string> =>
  packages.flatMap(({ folder, manifest }) => {
    const allowed = arrows[folder]
    if (allowed === undefined) return [`${folder}: say in the arrows which packages it may import`]
    const names = Object.keys(manifest.dependencies ?? {})
    const inner = names.filter((name) => name.startsWith(own)).map((name) => name.slice(own.length))
    const outer = names.filter((name) => !name.startsWith(own))
    return [
      ...inner.filter((name) => !allowed.includes(name)).map((name) => `${folder} must not depend on ${name}`),
      ...outer
        .filter((name) => !(only[folder] ?? outer).includes(name))
        .map((name) => `${folder} must not depend on ${name}`)
    ]
  })
