import { Option, Schema } from "effect"

const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"

/**
 * The name of a host as an install's row has it: lower case, at least two labels, without a port and a dot at the end. An
 * address is no name.
 */
export const HostName = Schema.String.check(
  Schema.isPattern(new RegExp(`^(${label}\\.)+(?=[a-z])${label}$`), { message: "must be a host name" }),
  Schema.isMaxLength(253)
).pipe(Schema.brand("HostName"))
export type HostName = typeof HostName.Type

const isHostName = Schema.is(HostName)

/** The host name that the header `Host` says, without regard to case, port and a dot at the end. */
export const hostNameOf = (header: string): Option.Option<HostName> => {
  const name = header.replace(/\.?(:\d{1,5})?$/, "").replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  return isHostName(name) ? Option.some(name) : Option.none()
}
