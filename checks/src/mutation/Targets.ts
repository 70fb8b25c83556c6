/** A part of the code that is mutated, and the tests that have to notice. */
export interface Target {
  /** The package's folder, which is also the target's name. */
  readonly folder: string
  /** What is mutated, as globs relative to the package. */
  readonly mutate: ReadonlyArray<string>
  /** The tests that run, as globs relative to the package. */
  readonly tests: ReadonlyArray<string>
}

/** The domain, and the parts of the other packages that guard: what a guest's call, a caller and an execution go through. */
export const targets: ReadonlyArray<Target> = [
  { folder: "domain", mutate: ["src/**/*.ts"], tests: ["test/*.test.ts"] },
  {
    folder: "adapters-wit",
    mutate: [
      "src/{HostImports,HostCall,KnownWorld,DeniedPorts,Secrets,HttpFetch,Storage,UiProxy,Scheduler,Invoicing}.ts",
      "src/internal/imports/*.ts"
    ],
    tests: ["test/{HostGuard,HostImports,logging}.test.ts"]
  },
  {
    folder: "runner",
    mutate: ["src/{Execution,ExecuteRequest,ExecuteResponse,Origin,ServiceToken}.ts"],
    tests: ["test/{Execution,ExecuteRequest,Origin,ServiceToken}.test.ts"]
  }
]

/**
 * The targets of these names: all of them where there is none, a whole target (`domain`), or one of its files
 * (`domain/src/Page.ts`). Throws where a name is neither.
 */
export const chosenTargets = (names: ReadonlyArray<string>): ReadonlyArray<Target> =>
  names.length === 0
    ? targets
    : names.map((name) => {
        const target = targets.find(({ folder }) => name === folder || name.startsWith(`${folder}/`))
        if (target === undefined) {
          throw new Error(`${name} is none of ${targets.map(({ folder }) => folder).join(", ")}, and no file of theirs`)
        }
        return name === target.folder ? target : { ...target, mutate: [name.slice(target.folder.length + 1)] }
      })
