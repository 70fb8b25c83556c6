import { Result } from "effect"
import { type ConnectionParameters, isKnownParameter, unsupported } from "./parameters.ts"

const example = "postgres://user:password@host:5432/name"
const encode = "is not the address of a PostgreSQL server: percent-encode the password"
const broken = (why: string) => Result.fail(`is not the address of a PostgreSQL server: ${why}`)

const decode = (text: string): Result.Result<string, string> => {
  if (/%(?![0-9a-f]{2})/i.test(text)) return broken("two hexadecimal digits must follow %; write % itself as %25")
  if (text.includes("%00")) return broken("%00 cannot be part of it")
  return Result.try({
    try: () => decodeURIComponent(text),
    catch: () => "is not the address of a PostgreSQL server: what is percent-encoded must be UTF-8"
  })
}

/** The hosts and their ports, each joined by commas; null where they are none. */
const hostsOf = (text: string): { readonly hosts: string; readonly ports: string } | null => {
  const found = text.split(",").map((one) => /^(?:\[([^[\]]+)\]|([^:[\]]*))(?::(\d*))?$/.exec(one))
  if (found.some((match) => match === null)) return null
  return {
    hosts: found.map((match) => match?.[1] ?? match?.[2] ?? "").join(","),
    ports: found.map((match) => match?.[3] ?? "").join(",")
  }
}

/** A name may be shown only where it cannot be a part of a password that was not encoded. */
const named = (name: string, query: string) =>
  !/@|%|pass/i.test(query) && /^[a-z_]{1,40}$/i.test(name) ? `the parameter ${name}` : "a parameter"

/** `ssl=true` stands for `sslmode=require`, as JDBC writes it. */
const asPostgres = (name: string, value: string) =>
  name === "ssl" && value === "true" ? (["sslmode", "require"] as const) : ([name, value] as const)

type Pairs = ReadonlyArray<readonly [string, string]>

const queryOf = (query: string): Result.Result<Pairs, string> =>
  Result.all(
    (query === "" ? [] : query.split("&")).map((part) => {
      const sides = part.split("=")
      const [rawName = "", rawValue = ""] = sides
      if (sides.length !== 2) return broken(`${named(rawName, query)} must be name=value, with = as %3D within a value`)
      return Result.flatMap(Result.all([decode(rawName), decode(rawValue)]), ([givenName, givenValue]) => {
        const [name, value] = asPostgres(givenName, givenValue)
        if (name === "ssl" || name === "requiressl") {
          return Result.fail(`has the parameter ${name}: write sslmode=require, or better sslmode=verify-full`)
        }
        if (unsupported.has(name)) return Result.fail(`has the parameter ${name}, which is not supported: take it out`)
        return isKnownParameter(name)
          ? Result.succeed([name, value] as const)
          : Result.fail(`has ${named(name, query)}, which PostgreSQL does not have: correct it, or take it out`)
      })
    })
  )

/** A path to a socket's directory may follow `localhost`, as some tools write it. */
const agrees = (name: string, before: string, now: string) =>
  before === now || (name === "host" && before === "localhost" && now.startsWith("/"))

const collected = (pairs: Pairs): Result.Result<ConnectionParameters, string> => {
  const parameters = new Map<string, string>()
  for (const [name, value] of pairs) {
    const before = parameters.get(name)
    if (before !== undefined && !agrees(name, before, value)) {
      return Result.fail(`gives two values for ${name}: take one of them out`)
    }
    parameters.set(name, value)
  }
  return Result.succeed(parameters)
}

/**
 * What a URL says of a connection, by libpq's names. It is read as libpq reads it, and stricter: the failure is a sentence
 * about the setting that holds the URL, and shows nothing of a password.
 */
export const readUri = (uri: string): Result.Result<ConnectionParameters, string> => {
  const rest = /^postgres(?:ql)?:\/\/(.*)$/s.exec(uri)?.[1]
  if (rest === undefined) return Result.fail(`must be a URL such as ${example}`)
  const parts = /^([^/?#\s]*)(?:\/([^/?#@\s]*))?(?:\?([^#\s]*))?$/.exec(rest)
  if (parts === null) return Result.fail(encode)
  const [, authority = "", database = "", query = ""] = parts
  const sides = authority.split("@")
  if (sides.length > 2) return Result.fail(encode)
  const login = sides.length === 2 ? (sides[0] ?? "") : ""
  const hosts = hostsOf(sides.at(-1) ?? "")
  if (hosts === null) return query.includes("@") ? Result.fail(encode) : broken(`write it as ${example}`)
  const colon = login.indexOf(":")
  const inUrl: Pairs = [
    ["user", colon === -1 ? login : login.slice(0, colon)],
    ["password", colon === -1 ? "" : login.slice(colon + 1)],
    ["host", hosts.hosts],
    ["port", /^,*$/.test(hosts.ports) ? "" : hosts.ports],
    ["dbname", database]
  ]
  return Result.flatMap(
    Result.all(
      inUrl
        .filter(([, text]) => text !== "")
        .map(([name, text]) => Result.map(decode(text), (value) => [name, value] as const))
    ),
    (pairs) => Result.flatMap(queryOf(query), (asked) => collected([...pairs, ...asked]))
  )
}
