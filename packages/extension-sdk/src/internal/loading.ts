/** Frames of a stack: enough to reach from the SDK's own to those of whoever called. */
const frames = 50

let refused: Array<Error> | null = null

/** From here on calls of the host are refused: a component's modules load when it is built, and no host is there. */
export const beginLoading = (): void => {
  refused = []
  Object.assign(Error, { stackTraceLimit: frames })
  Object.defineProperty(globalThis, "__algaLoaded", { value: endLoading, configurable: true })
}

/**
 * The build calls this after the last module. A call that was refused in an async function has only rejected a promise, which
 * nobody looks at: here it is thrown, so that no such component is made.
 */
const endLoading = (): void => {
  const [first] = refused ?? []
  Object.assign(Error, { stackTraceLimit: 10 })
  refused = null
  if (first !== undefined) throw first
}

/** What is thrown for something that a component cannot have while its modules load. It fails the build, whoever catches it. */
export const loadingError = (asked: string): Error => {
  const error = new Error(
    `${asked}: not while a module loads, which is when the component is built: call it in the handler`
  )
  refused?.push(error)
  return error
}

/** Throws while modules load, for the operation that is asked of the host. */
export const refuseWhileLoading = (operation: string): void => {
  if (refused !== null) throw loadingError(`host.${operation}()`)
}
