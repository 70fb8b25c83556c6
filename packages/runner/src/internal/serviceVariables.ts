import { settingPrefix } from "../Settings.ts"

const address = /^(tcp|udp|sctp):\/\/[\w.:[\]-]+:\d{1,5}$/
const host = /^[0-9a-f.:]+$/i
const port = /^\d{1,5}$/

/** What Kubernetes says of each service of a namespace: the end of the name, and what its value looks like. */
const forms: ReadonlyArray<readonly [RegExp, RegExp]> = [
  [/_SERVICE_HOST$/, host],
  [/_SERVICE_PORT(_[A-Z0-9_]+)?$/, port],
  [/_PORT$/, address],
  [/_PORT_\d{1,5}_(TCP|UDP|SCTP)$/, address],
  [/_PORT_\d{1,5}_(TCP|UDP|SCTP)_PROTO$/, /^(tcp|udp|sctp)$/],
  [/_PORT_\d{1,5}_(TCP|UDP|SCTP)_PORT$/, port],
  [/_PORT_\d{1,5}_(TCP|UDP|SCTP)_ADDR$/, host]
]

const ownService = /^(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_.+)?)$/

/** Whether Kubernetes describes a service by this variable, as it does for every service of a namespace. */
export const describesService = (name: string, value: string): boolean =>
  forms.some(([ending, form]) => ending.test(name) && form.test(value))

/** Whether a service of the runner's own name is described by a variable of this name. It stops no start, whatever it holds. */
export const isOfOwnService = (name: string): boolean =>
  name.startsWith(settingPrefix) && ownService.test(name.slice(settingPrefix.length))

/** Whether a setting's value is what Kubernetes says of the port of a service by the same name. */
export const isServicePort = (name: string, value: string | undefined): boolean =>
  value !== undefined && name.endsWith("_PORT") && address.test(value)
