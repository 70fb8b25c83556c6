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
 * The build calls this behind the last module. A call that was refused in an async function has only rejected a promise, which
 * nobody looks at: here it is thrown, so that no such component is made.
 */
const endLoading = (): void => {
  const [first] = refused ?? []
  Object.assign(Error, { stackTraceLimit: 10 })
  refused = null
  if (first !== undefined) throw first
}

/** Throws while modules load, for the operation that is asked of the host. */
export const refuseWhileLoading = (operation: string): void => {
  if (refused === null) return
  const error = new Error(
    `host.${operation}(): not while a module loads, which is when the component is built: call it in the handler`
  )
  refused.push(error)
  throw error
}
