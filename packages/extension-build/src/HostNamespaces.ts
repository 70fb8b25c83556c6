import type { Capability } from "@alga-psa/ext-domain"

/** A part of the host, as an author writes it, with the interface of the world behind it. */
export interface HostNamespace {
  /** `host.<name>`. */
  readonly name: string
  /** `alga:extension/<interface>`; several where the world knows an older one. */
  readonly interfaces: ReadonlyArray<string>
  readonly capability: Capability
}

/** Every namespace of `host`. */
export const hostNamespaces: ReadonlyArray<HostNamespace> = [
  { name: "context", interfaces: ["context"], capability: "cap:context.read" },
  { name: "logging", interfaces: ["logging"], capability: "cap:log.emit" },
  { name: "user", interfaces: ["user", "user-v2"], capability: "cap:user.read" },
  { name: "clients", interfaces: ["clients"], capability: "cap:client.read" },
  { name: "services", interfaces: ["services"], capability: "cap:service.read" },
  { name: "secrets", interfaces: ["secrets"], capability: "cap:secrets.get" },
  { name: "http", interfaces: ["http"], capability: "cap:http.fetch" },
  { name: "storage", interfaces: ["storage"], capability: "cap:storage.kv" },
  { name: "uiProxy", interfaces: ["ui-proxy"], capability: "cap:ui.proxy" },
  { name: "scheduler", interfaces: ["scheduler"], capability: "cap:scheduler.manage" },
  { name: "invoicing", interfaces: ["invoicing"], capability: "cap:invoice.manual.create" }
]
