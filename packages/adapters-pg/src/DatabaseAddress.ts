import { isIP } from "node:net"
import { userInfo } from "node:os"
import { Duration, Redacted, Result } from "effect"
import { brokenParameter, type ConnectionParameters, tlsModes } from "./internal/address/parameters.ts"
import { readUri } from "./internal/address/uri.ts"

export type { ConnectionParameters } from "./internal/address/parameters.ts"
export { tlsModes }

/** How a connection is encrypted, as libpq's `sslmode`. */
export type TlsMode = (typeof tlsModes)[number]

/** One of the places where a database may be. */
export interface DatabaseHost {
  /** A name, an IP address, or the directory of a Unix socket, which begins with `/` or `@`. */
  readonly name: string
  readonly port: number
}

/** How connections are encrypted, and what the server and this client show each other. */
export interface DatabaseTls {
  readonly mode: TlsMode
  /** The file with the certificates that sign the server's; `system`, or null, for those that Node knows. */
  readonly ca: string | null
  /** The files of this client's own certificate. */
  readonly certificate: string | null
  readonly key: string | null
  readonly keyPassword: Redacted.Redacted | null
  /** Whether TLS begins with the first byte, as servers from version 17 on take it. */
  readonly direct: boolean
  readonly minVersion: "TLSv1.2" | "TLSv1.3" | null
  readonly maxVersion: "TLSv1.2" | "TLSv1.3" | null
}

/** A database, who asks it, and how. */
export interface DatabaseAddress {
  /** Asked in their order, for each connection. */
  readonly hosts: readonly [DatabaseHost, ...ReadonlyArray<DatabaseHost>]
  readonly database: string
  readonly user: string
  readonly password: Redacted.Redacted | null
  readonly tls: DatabaseTls
  readonly applicationName: string | null
  readonly options: string | null
  readonly connectTimeout: Duration.Duration | null
}

/** Whether a host is the directory of a Unix socket. */
export const isSocket = ({ name }: DatabaseHost): boolean => /^[/@]/.test(name)

/** Whether a text can be the {@link DatabaseHost.name} of a host: no URL, and nothing with a login or a port. */
export const isHostName = (text: string): boolean =>
  /^\/(?!\/)/.test(text) || isIP(text) !== 0 || /^(?:[^\s/@:?#[\]%]+|@[^\s@:?#[\]%]+)$/.test(text)

const systemUser = (): string | undefined => {
  try {
    return userInfo().username
  } catch {
    return undefined
  }
}

const hostsOf = (parameters: ConnectionParameters): Result.Result<DatabaseAddress["hosts"], string> => {
  const names = (parameters.get("host") ?? "").split(",")
  const ports = (parameters.get("port") ?? "").split(",")
  if (names.some((name) => name === "")) {
    return Result.fail("names no host: write its name, or ?host=/var/run/postgresql for the directory of a socket")
  }
  if (!names.every(isHostName)) {
    return Result.fail("has an invalid host: give a name, an address, or the directory of a socket")
  }
  if (ports.length > 1 && ports.length !== names.length) return Result.fail("has a different number of ports and hosts")
  if (!ports.every((port) => /^(|[1-9]\d{0,4})$/.test(port) && Number(port) <= 65_535)) {
    return Result.fail("has an invalid port: it must be 1 to 65535")
  }
  const [first, ...others] = names.map((name, index) => ({
    name,
    port: Number((ports.length === 1 ? ports[0] : ports[index]) || 5432)
  }))
  return first === undefined ? Result.fail("names no host") : Result.succeed([first, ...others])
}

const weak: ReadonlySet<TlsMode> = new Set(["disable", "allow", "prefer"])

const tlsOf = (parameters: ConnectionParameters): Result.Result<DatabaseTls, string> => {
  const text = (name: string) => parameters.get(name) || null
  const ca = text("sslrootcert")
  const mode = (text("sslmode") ?? (ca === null ? "prefer" : "verify-full")) as TlsMode
  const direct = text("sslnegotiation") === "direct"
  if (ca === "system" && mode !== "verify-full")
    return Result.fail("has sslrootcert=system, which needs sslmode=verify-full")
  if (ca === null && mode === "verify-ca") {
    return Result.fail("has sslmode=verify-ca, which needs sslrootcert, the file of your authority")
  }
  if (direct && weak.has(mode)) return Result.fail("has sslnegotiation=direct, which needs sslmode=require or stricter")
  if ((text("sslcert") === null) !== (text("sslkey") === null)) {
    return Result.fail("has one of sslcert and sslkey, which belong together")
  }
  const minVersion = text("ssl_min_protocol_version") as DatabaseTls["minVersion"]
  const maxVersion = text("ssl_max_protocol_version") as DatabaseTls["maxVersion"]
  if (minVersion !== null && maxVersion !== null && minVersion > maxVersion) {
    return Result.fail("has ssl_min_protocol_version above ssl_max_protocol_version")
  }
  return Result.succeed({
    mode,
    ca,
    certificate: text("sslcert"),
    key: text("sslkey"),
    keyPassword: parameters.has("sslpassword") ? Redacted.make(parameters.get("sslpassword") ?? "") : null,
    direct,
    minVersion,
    maxVersion
  })
}

/**
 * The address of these parameters, with libpq's defaults: port 5432, the user of this process, a database of the user's name,
 * `sslmode=prefer`. With `sslrootcert` and no `sslmode` the server is verified in full. The failure says what is wrong as a
 * sentence about the setting, such as "names no host: …", and shows no value.
 */
export const addressOf = (parameters: ConnectionParameters): Result.Result<DatabaseAddress, string> => {
  const broken = brokenParameter(parameters)
  if (broken !== null) return Result.fail(broken)
  const user = parameters.get("user") || systemUser()
  if (user === undefined) return Result.fail("names no user, and the system has no name for the one of this process")
  const seconds = parameters.get("connect_timeout")
  return Result.map(Result.all([hostsOf(parameters), tlsOf(parameters)]), ([hosts, tls]) => ({
    hosts,
    tls,
    user,
    database: parameters.get("dbname") || user,
    password: parameters.get("password") ? Redacted.make(parameters.get("password") ?? "") : null,
    applicationName: parameters.get("application_name") || null,
    options: parameters.get("options") || null,
    connectTimeout: seconds === undefined ? null : Duration.seconds(Number(seconds))
  }))
}

/**
 * What a URL such as `postgres://user:password@host:5432/name?sslmode=verify-full` says, by libpq's names. Read as
 * libpq reads it, several hosts, sockets and `ssl=true` included, with one difference: unknown, unsupported and
 * contradicting parameters fail.
 */
export const parametersOf = (url: string): Result.Result<ConnectionParameters, string> =>
  Result.flatMap(readUri(url), (parameters) => {
    const broken = brokenParameter(parameters)
    return broken === null ? Result.succeed(parameters) : Result.fail(broken)
  })

/** {@link addressOf} what a URL says. */
export const databaseAddress = (url: string): Result.Result<DatabaseAddress, string> =>
  Result.flatMap(parametersOf(url), addressOf)

/** The places and the database as they are shown, without user and password: `db:5432/alga`. */
export const shownAddress = ({ database, hosts }: DatabaseAddress): string =>
  `${hosts.map(({ name, port }) => (name.includes(":") ? `[${name}]:${port}` : `${name}:${port}`)).join(",")}/${database}`
