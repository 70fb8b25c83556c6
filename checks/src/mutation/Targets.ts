import { matchesGlob } from "node:path"

/** A part of the code that is mutated, and the tests that have to notice. */
export interface Target {
  readonly name: string
  /** The package's folder. */
  readonly folder: string
  /** What is mutated, as globs relative to the package. */
  readonly mutate: ReadonlyArray<string>
  /** The tests that run, as globs relative to the package. They start no process and need no database. */
  readonly tests: ReadonlyArray<string>
}

/**
 * The domain, and the parts of the other packages that guard: what a guest's call, a caller and an execution go through.
 * What only a process or a database shows is not here.
 */
export const targets: ReadonlyArray<Target> = [
  { name: "domain", folder: "domain", mutate: ["src/**/*.ts"], tests: ["test/*.test.ts"] },
  {
    name: "imports",
    folder: "adapters-wit",
    mutate: ["src/{HostImports,HostCall,KnownWorld}.ts", "src/internal/imports/*.ts"],
    tests: [
      "test/{HostImports,denials,KnownWorld,guestValues,importedFunctions,logging,productWorld,valueType}.test.ts"
    ]
  },
  {
    name: "sandbox",
    folder: "adapters-wit",
    mutate: ["src/{Executor,ForeignText}.ts", "src/internal/host/poolKey.ts"],
    tests: ["test/{Executor,ForeignText,poolKey}.test.ts"]
  },
  {
    name: "values",
    folder: "adapters-wit",
    mutate: ["src/CarriedResponse.ts", "src/internal/host/{ValueReader,valueType,guestValues}.ts"],
    tests: ["test/{CarriedResponse,guestValues,valueType}.test.ts"]
  },
  {
    name: "components",
    folder: "adapters-wit",
    mutate: ["src/internal/child/core/{CanonicalFunctions,FunctionTypes,HostCallAdapter}.ts"],
    tests: ["test/{CanonicalFunctions,HostCallAdapter}.test.ts"]
  },
  {
    name: "archives",
    folder: "adapters-wit",
    mutate: ["src/internal/child/archive/*.ts"],
    tests: ["test/{ManifestFields,OpenBundle,PaxRecords,TarReader,ZstdFrame}.test.ts"]
  },
  {
    name: "executions",
    folder: "runner",
    mutate: ["src/{Execution,ExecuteRequest,ExecuteResponse,Origin,ServiceToken}.ts"],
    tests: ["test/{Execution,ExecuteRequest,Origin,ServiceToken}.test.ts"]
  },
  {
    name: "idempotency",
    folder: "runner",
    mutate: ["src/{AnswerRights,Fingerprint,KeptAnswer}.ts", "src/internal/{invocation,refusals}.ts"],
    tests: ["test/{AnswerRights,Fingerprint,KeptAnswer,invocation}.test.ts"]
  },
  { name: "deadline", folder: "runner", mutate: ["src/Deadline.ts"], tests: ["test/{Deadline,waits}.test.ts"] },
  {
    name: "edges",
    folder: "runner",
    mutate: ["src/SettingsSource.ts", "src/internal/bundleFailure.ts", "src/internal/http/pageHeaders.ts"],
    tests: ["test/{Settings,SettingsSource,bundleFailure,pageHeaders}.test.ts"]
  },
  {
    name: "manifests",
    folder: "extension-build",
    mutate: ["src/AuthoredManifest.ts"],
    tests: ["test/AuthoredManifest.test.ts"]
  }
]

/** Sources of so many bytes are mutated at once, so that a part of a run takes minutes and not more. */
const bytesAtOnce = 16_384

/** Files in groups that are mutated at once, in their order. */
export const batches = <File extends { readonly bytes: number }>(
  files: ReadonlyArray<File>
): ReadonlyArray<ReadonlyArray<File>> => {
  const groups: Array<Array<File>> = []
  let room = 0
  for (const file of files) {
    if (file.bytes > room || groups.length === 0) {
      groups.push([])
      room = bytesAtOnce
    }
    groups.at(-1)?.push(file)
    room -= file.bytes
  }
  return groups
}

/**
 * The targets of these names: all of them where there is none, a whole target (`domain`), or one of a target's files
 * (`domain/src/Page.ts`). Throws where a name is neither.
 */
export const chosenTargets = (names: ReadonlyArray<string>): ReadonlyArray<Target> =>
  names.length === 0
    ? targets
    : names.map((name) => {
        const whole = targets.find((target) => name === target.name)
        if (whole !== undefined) return whole
        const target = targets.find(({ folder, mutate }) =>
          mutate.some((glob) => matchesGlob(name, `${folder}/${glob}`))
        )
        if (target === undefined) {
          throw new Error(
            `${name} is none of ${targets.map((target) => target.name).join(", ")}, and no file of theirs`
          )
        }
        return { ...target, mutate: [name.slice(target.folder.length + 1)] }
      })
