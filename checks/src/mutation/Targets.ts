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
