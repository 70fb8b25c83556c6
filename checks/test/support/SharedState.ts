/** What the files of a worker share. */
export interface SharedState {
  readonly directory: string
  readonly exitCode: typeof process.exitCode
  readonly variables: ReadonlyMap<string, unknown>
  /** What stands under each global name, and the methods of `process` and of `console`. */
  readonly values: ReadonlyMap<string, unknown>
  readonly listeners: ReadonlyMap<string, ReadonlyArray<unknown>>
}

/** Node warns where one of the first two is read. The last is where Effect notes which fiber runs. */
const notCompared = new Set(["localStorage", "sessionStorage", "~effect/Fiber/currentFiber"])

// Node makes some globals when they are first read.
const globals = (): ReadonlyArray<readonly [string, unknown]> =>
  Object.getOwnPropertyNames(globalThis)
    .filter((name) => !notCompared.has(name))
    .map((name) => [`globalThis.${name}`, Reflect.get(globalThis, name)])

const methodsOf = (name: string, value: object): ReadonlyArray<readonly [string, unknown]> =>
  Object.entries(Object.getOwnPropertyDescriptors(value))
    .filter(([, descriptor]) => typeof descriptor.value === "function")
    .map(([key, descriptor]) => [`${name}.${key}`, descriptor.value])

/** The sandbox listens for these from when it is loaded, as do libraries for the end. */
const heardFromLoadingOn = new Set(["exit", "SIGUSR1"])

const listeners = (): ReadonlyArray<readonly [string, ReadonlyArray<unknown>]> =>
  process
    .eventNames()
    .map(String)
    .filter((name) => !heardFromLoadingOn.has(name))
    .map((name) => [name, process.rawListeners(name)])

/** What the files of this worker share at present. */
export const sharedState = (): SharedState => ({
  directory: process.cwd(),
  exitCode: process.exitCode,
  variables: new Map(Object.entries(process.env)),
  values: new Map([...globals(), ...methodsOf("process", process), ...methodsOf("console", console)]),
  listeners: new Map(listeners())
})

const differences = (what: string, before: ReadonlyMap<string, unknown>, now: ReadonlyMap<string, unknown>) =>
  [...new Set([...before.keys(), ...now.keys()])]
    .filter((name) => !Object.is(before.get(name), now.get(name)) || before.has(name) !== now.has(name))
    .map((name) => `${what} ${name}`)

/** What was not given back, in words. */
export const notGivenBack = (before: SharedState, now: SharedState): ReadonlyArray<string> => [
  ...(before.directory === now.directory ? [] : [`the working directory, which is ${now.directory}`]),
  ...(before.exitCode === now.exitCode ? [] : [`the exit code, which is ${now.exitCode}`]),
  ...differences("the variable", before.variables, now.variables),
  ...differences("the value of", before.values, now.values),
  ...[...now.listeners]
    .filter(([name, listeners]) => listeners.some((one) => !before.listeners.get(name)?.includes(one)))
    .map(([name]) => `a listener of process for ${name}`)
]
