import { Effect, Option, Schema, SchemaGetter } from "effect"
import { absent } from "./Absent.ts"
import { brokenRules, placeOf } from "./BrokenRules.ts"

/** A field of a manifest. A value of another type, or a missing one, gets a message that says what it must be. */
export const manifestField = <S extends Schema.Top>(schema: S, message: string): S["Rebuild"] =>
  schema.annotate({ message, description: message }).annotateKey({ messageMissingKey: `is missing: it ${message}` })

/** A field of a manifest that is a text of this form; without a form, any text that is not blank. */
export const manifestText = (message: string, form: RegExp = /\S/u) =>
  manifestField(Schema.String.annotate({ message }).check(Schema.isPattern(form)), message)

const listOfCapabilities = 'must be a list of capabilities such as ["cap:client.read"]'

/** The capabilities that a manifest declares. Whether a name is known is not judged here. */
export const DeclaredCapabilities = Schema.Array(
  Schema.String.annotate({ message: "must be the name of a capability in quotes" })
).annotate({ message: listOfCapabilities })

/** The fields of a bundle's `manifest.json` (version 2) that a host relies on. Others, such as `runtime`, are ignored. */
export const Manifest = Schema.Struct({
  /** Reverse-domain name, in bundles that were checked when they were built. */
  name: manifestText("must be a name"),
  publisher: manifestText("must be the name of who publishes the extension"),
  /** Semantic version, in bundles that were checked when they were built. */
  version: manifestText("must be a version"),
  /** A manifest without a list declares none. */
  capabilities: absent(DeclaredCapabilities, listOfCapabilities).pipe(
    Schema.decodeTo(DeclaredCapabilities, {
      decode: SchemaGetter.transformOptional((given: Option.Option<ReadonlyArray<string> | null | undefined>) =>
        Option.some(Option.getOrNull(given) ?? [])
      ),
      encode: SchemaGetter.passthrough()
    })
  )
}).annotate({ message: "must be a JSON object" })
export interface Manifest extends Schema.Schema.Type<typeof Manifest> {}

/** What each object of a manifest, and each field in it, must be. Stricter readers add a form and keep these words. */
export const manifestRules = {
  ui: 'must be an object such as {"type": "iframe", "entry": "ui/index.html"}',
  type: 'must be "iframe"',
  entry: 'must be a file of the page such as "ui/index.html"',
  hooks: "must be an object of hooks by their names",
  api: 'must be an object such as {"endpoints": []}',
  endpoints: 'must be a list such as [{"method": "GET", "path": "/api/clients", "handler": "dist/main"}]',
  endpoint: 'must be an object such as {"method": "GET", "path": "/", "handler": "dist/main"}',
  method: "must be a method such as GET",
  path: 'must be a path such as "/api/clients/:id"',
  handler: 'must be a handler such as "dist/main"'
} as const

const rules = manifestRules

const ShownEndpoint = Schema.Struct({
  method: manifestText(rules.method),
  path: manifestText(rules.path)
}).annotate({ message: rules.endpoint })

const ShownPage = Schema.Struct({ entry: manifestText(rules.entry) }).annotate({ message: rules.ui })

const ShownApi = Schema.Struct({
  endpoints: manifestField(Schema.Array(ShownEndpoint), rules.endpoints)
}).annotate({ message: rules.api })

/** {@link Manifest}, with the page and the endpoints, in whatever form they are written: for whoever shows a bundle. */
export const ShownManifest = Schema.Struct({
  ...Manifest.fields,
  ui: absent(ShownPage, rules.ui),
  api: absent(ShownApi, rules.api)
}).annotate({ message: "must be a JSON object" })
export interface ShownManifest extends Schema.Schema.Type<typeof ShownManifest> {}

/** An endpoint that the registry takes. */
export const PublishedEndpoint = Schema.Struct({
  method: manifestText(rules.method, /^[A-Z]{1,16}$/),
  path: manifestText(rules.path, /^\/[^\s?#]*$/u),
  /** For its author to read: a component has one handler. */
  handler: manifestText(rules.handler)
}).annotate({ message: rules.endpoint })

/** A page that the registry takes. */
export const PublishedPage = Schema.Struct({
  type: manifestField(Schema.Literal("iframe"), rules.type),
  entry: ShownPage.fields.entry,
  hooks: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown).annotate({ message: rules.hooks }))
}).annotate({ message: rules.ui })

const mostEndpoints = 256

/** `api`, with endpoints by the given rules, as many as the registry takes. */
export const publishedApi = <Endpoint extends Schema.Constraint>(endpoint: Endpoint) =>
  Schema.Struct({
    endpoints: manifestField(Schema.Array(endpoint), rules.endpoints).check(
      Schema.isMaxLength(mostEndpoints, { message: `must have at most ${mostEndpoints} endpoints` })
    )
  }).annotate({ message: rules.api })

/** A manifest whose bundle the registry takes: what it keeps of it, held to what its readers rely on. */
export const PublishedManifest = Schema.Struct({
  ...Manifest.fields,
  version: manifestText("must be a version such as 1.0.0", /^[0-9A-Za-z][0-9A-Za-z.+-]*$/),
  runtime: manifestText("must be a runtime such as wasm-js@1"),
  ui: Schema.optionalKey(PublishedPage),
  api: Schema.optionalKey(publishedApi(PublishedEndpoint))
}).annotate({ message: "must be a JSON object" })
export interface PublishedManifest extends Schema.Schema.Type<typeof PublishedManifest> {}

/** One thing that is wrong in a manifest. */
const Problem = Schema.Struct({
  /** Where, as a path into the JSON: `api.endpoints[0].method`; empty for the whole file. */
  path: Schema.String,
  /** What it must be instead, as the rest of a sentence about that place. */
  message: Schema.String
})

/** A text is no manifest. The message names every problem with its place, in one line. */
export class ManifestInvalid extends Schema.TaggedError<ManifestInvalid>()("ManifestInvalid", {
  problems: Schema.Array(Problem)
}) {
  override get message(): string {
    return this.problems.map(({ message, path }) => `manifest.json ${path} ${message}`.replace("  ", " ")).join("; ")
  }
}

/** Reads a manifest's JSON by these rules, and names every one that it breaks. */
export const manifestDecoder = <A>(schema: Schema.Decoder<A>) => {
  const decode = Schema.decodeUnknownEffect(schema, { errors: "all" })
  return (value: unknown): Effect.Effect<A, ManifestInvalid> =>
    Effect.mapError(decode(value), ({ issue }) => {
      const problems = brokenRules(issue).map(({ message, path }) => ({ path: placeOf(path), message }))
      return new ManifestInvalid({ problems })
    })
}

/** Reads a manifest's JSON as a host does. */
export const decodeManifest: (value: unknown) => Effect.Effect<Manifest, ManifestInvalid> = manifestDecoder(Manifest)
