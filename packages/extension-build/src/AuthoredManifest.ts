import {
  DeclaredCapabilities,
  ManifestInvalid,
  manifestDecoder,
  manifestField,
  manifestRules,
  manifestText,
  PublishedEndpoint,
  PublishedManifest,
  PublishedPage,
  publishedApi
} from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const
const semver = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/u

const Endpoint = Schema.Struct({
  ...PublishedEndpoint.fields,
  method: manifestField(Schema.Literals(methods), `must be one of ${methods.join(", ")}`)
}).annotate({ message: manifestRules.endpoint })

const UiPage = Schema.Struct({
  ...PublishedPage.fields,
  entry: manifestText(manifestRules.entry, /^ui(?!.*\/\.\.?(\/|$))\/[^\\]+$/u)
}).annotate({ message: manifestRules.ui })

const Api = publishedApi(Endpoint)

/** The manifest as its author writes it: every field that the product knows. The registry takes it, as it refines `PublishedManifest`. */
export const AuthoredManifest = Schema.Struct({
  /** Where an editor finds the rules. A host ignores it. */
  $schema: Schema.optionalKey(manifestText('must be the address of a schema such as "./manifest.schema.json"')),
  name: manifestText(
    'must be a reverse-domain name in lower case such as "com.example.my-extension"',
    /^[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$/u
  ),
  publisher: PublishedManifest.fields.publisher,
  version: manifestText('must be a semantic version such as "1.0.0"', semver),
  runtime: manifestField(Schema.Literal("wasm-js@1"), 'must be "wasm-js@1"'),
  capabilities: manifestField(DeclaredCapabilities, 'must be a list of capabilities such as ["cap:client.read"]'),
  ui: Schema.optionalKey(UiPage),
  api: Schema.optionalKey(Api)
}).annotate({ message: "must be a JSON object" })
export interface AuthoredManifest extends Schema.Schema.Type<typeof AuthoredManifest> {}

/** The fields that are read, by the path of the object that has them. */
export const manifestFields: Readonly<Record<string, ReadonlyArray<string>>> = {
  "": Object.keys(AuthoredManifest.fields),
  ui: Object.keys(UiPage.fields),
  api: Object.keys(Api.fields),
  "api.endpoints[]": Object.keys(Endpoint.fields)
}

const syntaxMessage = (cause: unknown): string => (cause as SyntaxError).message.replace(/\s+/g, " ")

const byteOrderMark = /^\uFEFF/

const parseJson = (json: string): Effect.Effect<unknown, ManifestInvalid> =>
  Effect.try({
    try: () => JSON.parse(json.replace(byteOrderMark, "")) as unknown,
    catch: (cause) => new ManifestInvalid({ problems: [{ path: "", message: `is not JSON: ${syntaxMessage(cause)}` }] })
  })

const decode = manifestDecoder(AuthoredManifest)

/** Reads a manifest's text as a build does, and holds it to every rule. */
export const parseAuthoredManifest = (json: string): Effect.Effect<AuthoredManifest, ManifestInvalid> =>
  Effect.flatMap(parseJson(json), decode)
