import { type InterfaceName, interfaceCapabilities } from "@alga-psa/ext-adapters-wit/KnownWorld"
import { type Capability, forEachInterface, type ResourceInterface } from "@alga-psa/ext-domain"

/** A part of the host, as an author writes it, with the interface of the world behind it. */
export interface HostNamespace {
  /** `host.<name>`. */
  readonly name: string
  /** `alga:extension/<interface>`; several where the world knows an older one. The last is that of `host`. */
  readonly interfaces: ReadonlyArray<string>
  readonly capability: Capability
}

const namespace = (
  name: string,
  ...interfaces: readonly [InterfaceName, ...ReadonlyArray<InterfaceName>]
): HostNamespace => ({
  name,
  interfaces,
  capability: interfaceCapabilities[interfaces[0]]
})

const camelCase = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

/** Every namespace of `host`. */
export const hostNamespaces: ReadonlyArray<HostNamespace> = [
  namespace("context", "context"),
  namespace("logging", "logging"),
  namespace("user", "user", "user-v2"),
  ...(Object.keys(forEachInterface(() => null)) as ReadonlyArray<ResourceInterface>).map((name) =>
    namespace(camelCase(name), name)
  ),
  namespace("secrets", "secrets"),
  namespace("http", "http"),
  namespace("storage", "storage"),
  namespace("uiProxy", "ui-proxy"),
  namespace("scheduler", "scheduler"),
  namespace("invoicing", "invoicing")
]
