/** What is said of a connection, by libpq's names, not yet looked at. */
export type ConnectionParameters = ReadonlyMap<string, string>

/** A value that breaks its rule, told without the value; null where it is right. */
export type Rule = (value: string) => string | null

const oneOf =
  (...values: ReadonlyArray<string>): Rule =>
  (value) =>
    values.includes(value) ? null : `must be ${values.join(" or ")}`

const free: Rule = (value) => (/[\0\n\r]/.test(value) ? "must be one line" : null)

const single =
  (value: string, why: string): Rule =>
  (given) =>
    given === value ? null : `must be ${value}: ${why}`

const withoutBinding: Rule = (value) =>
  value === "disable" || value === "prefer"
    ? null
    : "must be disable or prefer: this runner cannot bind a login to its TLS channel; use sslmode=verify-full"

const seconds: Rule = (value) =>
  /^[1-9]\d{0,2}$/.test(value) && Number(value) <= 600 ? null : "must be a whole number of seconds, 1 to 600"

/** How a connection is encrypted, as libpq's `sslmode`. */
export const tlsModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const

const rules: Readonly<Record<string, Rule>> = {
  host: free,
  port: free,
  user: free,
  password: free,
  dbname: free,
  sslmode: (value) =>
    (tlsModes as ReadonlyArray<string>).includes(value) ? null : `must be one of ${tlsModes.join(", ")}`,
  sslrootcert: (value) => (value === "" ? "must be the file of your authority, or be taken out" : free(value)),
  sslcert: free,
  sslkey: free,
  sslpassword: free,
  sslnegotiation: oneOf("postgres", "direct"),
  ssl_min_protocol_version: oneOf("TLSv1.2", "TLSv1.3"),
  ssl_max_protocol_version: oneOf("TLSv1.2", "TLSv1.3"),
  application_name: free,
  options: free,
  connect_timeout: seconds,
  client_encoding: (value) => (/^(auto|utf-?8)$/i.test(value) ? null : "must be UTF8"),
  channel_binding: withoutBinding,
  gssencmode: oneOf("disable", "prefer"),
  target_session_attrs: single("any", "a host is taken as soon as it answers"),
  load_balance_hosts: single("disable", "hosts are asked in their order"),
  sslcompression: single("0", "TLS does not compress"),
  sslsni: single("1", "the server's name is always sent"),
  keepalives: single("1", "connections are always kept alive"),
  replication: single("false", "the runner asks for rows")
}

/** What libpq knows and this runner does not. */
export const unsupported: ReadonlySet<string> = new Set([
  "hostaddr",
  "passfile",
  "service",
  "servicefile",
  "require_auth",
  "requirepeer",
  "krbsrvname",
  "gsslib",
  "gssdelegation",
  "sslcrl",
  "sslcrldir",
  "sslcertmode",
  "sslkeylogfile",
  "fallback_application_name",
  "keepalives_idle",
  "keepalives_interval",
  "keepalives_count",
  "tcp_user_timeout",
  "min_protocol_version",
  "max_protocol_version",
  "scram_client_key",
  "scram_server_key"
])

/** Whether a parameter is one that this runner follows. */
export const isKnownParameter = (name: string): boolean => Object.hasOwn(rules, name)

/** The first parameter that breaks its rule, as a sentence about the setting; null where all are right. */
export const brokenParameter = (parameters: ConnectionParameters): string | null => {
  for (const [name, value] of parameters) {
    const why = rules[name]?.(value) ?? null
    if (why !== null) return `has ${name}, which ${why}`
  }
  return null
}
