import type { HostBindings } from "./HostBindings.ts"
import type { ResourceName } from "./internal/resourceData.ts"
import { resourceNames } from "./internal/resources/names.ts"

type OwnName = Exclude<keyof HostBindings, ResourceName>

const own: Readonly<Record<OwnName, true>> = {
  context: true,
  secrets: true,
  http: true,
  storage: true,
  logging: true,
  uiProxy: true,
  scheduler: true,
  invoicing: true,
  user: true,
  granted: true
}

const names = [...resourceNames, ...(Object.keys(own) as ReadonlyArray<OwnName>)]

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
export const host: HostBindings = Object.defineProperties(
  {},
  Object.fromEntries(names.map((name) => [name, { enumerable: true, get: () => part(name) }]))
) as HostBindings

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
