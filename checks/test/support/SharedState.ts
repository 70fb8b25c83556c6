/** What the files of a worker share. */
export interface SharedState {
  readonly directory: string
  readonly exitCode: typeof process.exitCode
  readonly variables: ReadonlyMap<string, unknown>
  /** What stands under each global name, and methods of `process` and of `console`. */
  readonly values: ReadonlyMap<string, unknown>
  readonly listeners: ReadonlyMap<string, ReadonlyArray<unknown>>
}

/** Node warns where one of these is read. */
const unread = new Set(["localStorage", "sessionStorage"])

/** Libraries note there what they share, from when they are loaded on. */
const isOfLibrary = (name: string): boolean => /^(__|~)/.test(name)

// Node makes some globals when they are first read.
const globals = (): ReadonlyArray<readonly [string, unknown]> =>
  Object.getOwnPropertyNames(globalThis)
    .filter((name) => !unread.has(name) && !isOfLibrary(name))
    .map((name) => [`globalThis.${name}`, Reflect.get(globalThis, name)])

/** Libraries replace others of `process` when they are loaded. */
const ofProcess = ["emitWarning", "exit", "hrtime", "kill", "nextTick"] as const

const methods = (): ReadonlyArray<readonly [string, unknown]> => [
  ...ofProcess.map((name) => [`process.${name}`, process[name]] as const),
  ...Object.entries(console).map(([name, method]) => [`console.${name}`, method] as const)
]

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
  values: new Map([...globals(), ...methods()]),
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
