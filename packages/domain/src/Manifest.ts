import { Effect, Schema } from "effect"
import { brokenRules } from "./BrokenRules.ts"

const rule = (message: string) => ({ message, messageMissingKey: `is missing: it ${message}` })

const text = (message: string, pattern: RegExp = /\S/) =>
  Schema.String.annotate(rule(message)).check(Schema.isPattern(pattern, { message })).annotateKey(rule(message))

const runtime = rule('must be "wasm-js@1"')
const capabilities = rule('must be a list of capabilities such as ["cap:client.read"]')

/** The fields of a bundle's `manifest.json` (version 2) that a host relies on. Others are ignored. */
export const Manifest = Schema.Struct({
  /** Reverse-domain name, in bundles that were checked when they were built. */
  name: text("must be a name"),
  publisher: text("must be the name of who publishes the extension"),
  /** Semantic version, in bundles that were checked when they were built. */
  version: text("must be a version"),
  runtime: Schema.Literal("wasm-js@1").annotate(runtime).annotateKey(runtime),
  capabilities: Schema.Array(Schema.String.annotate({ message: "must be the name of a capability in quotes" }))
    .annotate(capabilities)
    .annotateKey(capabilities)
}).annotate({ message: "must be a JSON object" })
export interface Manifest extends Schema.Schema.Type<typeof Manifest> {}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const
const method = rule(`must be one of ${methods.join(", ")}`)
const endpoints = rule('must be a list such as [{"method": "GET", "path": "/api/clients", "handler": "dist/main"}]')
const page = rule('must be "iframe"')
const semver = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/

const Endpoint = Schema.Struct({
  method: Schema.Literals(methods).annotate(method).annotateKey(method),
  path: text('must be a path such as "/api/clients/:id"', /^\/[^\s?#]*$/),
  handler: text('must be "dist/main"')
}).annotate({ message: 'must be an object such as {"method": "GET", "path": "/", "handler": "dist/main"}' })

const UiPage = Schema.Struct({
  type: Schema.Literal("iframe").annotate(page).annotateKey(page),
  entry: text('must be a file of the page such as "ui/index.html"', /^ui(?!.*\/\.\.?(\/|$))\/[^\\]+$/),
  hooks: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.Unknown).annotate({ message: "must be an object of hooks by their names" })
  )
}).annotate({ message: 'must be an object such as {"type": "iframe", "entry": "ui/index.html"}' })

/** The manifest as its author writes it: every field that the product knows, held to what it means. */
export const AuthoredManifest = Schema.Struct({
  ...Manifest.fields,
  name: text(
    'must be a reverse-domain name in lower case such as "com.example.my-extension"',
    /^[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$/
  ),
  version: text('must be a semantic version such as "1.0.0"', semver),
  ui: Schema.optionalKey(UiPage),
  api: Schema.optionalKey(
    Schema.Struct({ endpoints: Schema.Array(Endpoint).annotate(endpoints).annotateKey(endpoints) }).annotate({
      message: 'must be an object such as {"endpoints": []}'
    })
  )
}).annotate({ message: "must be a JSON object" })
export interface AuthoredManifest extends Schema.Schema.Type<typeof AuthoredManifest> {}

/** One thing that is wrong in a manifest. */
export interface ManifestProblem {
  /** Where, as a path into the JSON: `api.endpoints[0].method`; empty for the whole file. */
  readonly path: string
  /** What it must be instead, as the rest of a sentence about that place. */
  readonly message: string
}

const Problems = Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))

/** A text is no manifest. The message names every problem with its place, in one line. */
export class ManifestInvalid extends Schema.TaggedError<ManifestInvalid>()("ManifestInvalid", { problems: Problems }) {
  override get message(): string {
    return this.problems.map(({ message, path }) => `manifest.json ${path} ${message}`.replace("  ", " ")).join("; ")
  }
}

const jsonPath = (keys: ReadonlyArray<PropertyKey>): string =>
  keys.reduce<string>(
    (path, key) => (typeof key === "number" ? `${path}[${key}]` : `${path}${path === "" ? "" : "."}${String(key)}`),
    ""
  )

const said = (cause: unknown): string => (cause as SyntaxError).message.replace(/\s+/g, " ")

const byteOrderMark = /^\uFEFF/

const parseJson = (json: string): Effect.Effect<unknown, ManifestInvalid> =>
  Effect.try({
    try: () => JSON.parse(json.replace(byteOrderMark, "")) as unknown,
    catch: (cause) => new ManifestInvalid({ problems: [{ path: "", message: `is not JSON: ${said(cause)}` }] })
  })

const decoder = <A>(schema: Schema.Decoder<A>) => {
  const decode = Schema.decodeUnknownEffect(schema, { errors: "all" })
  return (value: unknown): Effect.Effect<A, ManifestInvalid> =>
    Effect.mapError(decode(value), ({ issue }) => {
      const problems = brokenRules(issue).map(({ message, path }) => ({ path: jsonPath(path), message }))
      return new ManifestInvalid({ problems })
    })
}

/** Reads a manifest's JSON as a host does. */
export const decodeManifest: (value: unknown) => Effect.Effect<Manifest, ManifestInvalid> = decoder(Manifest)

const decodeAuthored = decoder(AuthoredManifest)

/** Reads a manifest's text as a build does, and holds it to every rule. */
export const parseAuthoredManifest = (json: string): Effect.Effect<AuthoredManifest, ManifestInvalid> =>
  Effect.flatMap(parseJson(json), decodeAuthored)
