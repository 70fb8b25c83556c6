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
