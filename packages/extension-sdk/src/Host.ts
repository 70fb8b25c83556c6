import type { HostBindings } from "./HostBindings.ts"

let connected: HostBindings | null = null

const part = <Name extends keyof HostBindings>(name: Name): HostBindings[Name] => {
  if (connected === null) {
    throw new Error(
      `host.${name}: there is no host here: in a component serve() connects it, in a test connectHost(createMockHostBindings({…}))`
    )
  }
  return connected[name]
}

/**
 * The host, ready to use wherever it is imported: the same that a handler is given as its second argument. In a
 * component it is there from the start; a unit test connects one with {@link connectHost}.
 */
export const host: HostBindings = {
  get context() {
    return part("context")
  },
  get clients() {
    return part("clients")
  },
  get services() {
    return part("services")
  },
  get secrets() {
    return part("secrets")
  },
  get http() {
    return part("http")
  },
  get storage() {
    return part("storage")
  },
  get logging() {
    return part("logging")
  },
  get uiProxy() {
    return part("uiProxy")
  },
  get scheduler() {
    return part("scheduler")
  },
  get invoicing() {
    return part("invoicing")
  },
  get user() {
    return part("user")
  }
}

/**
 * Makes these bindings the {@link host} of this process, and gives a function that brings back those before. For unit
 * tests: a component connects its own.
 *
 * @example
 * ```ts
 * import { connectHost, createMockHostBindings, host } from "@alga-psa/ext-extension-sdk"
 *
 * const disconnect = connectHost(createMockHostBindings())
 * const { totalCount } = await host.clients.list()
 * disconnect()
 * console.log(totalCount)
 * ```
 */
export const connectHost = (bindings: HostBindings): (() => void) => {
  const before = connected
  connected = bindings
  return () => {
    connected = before
  }
}
