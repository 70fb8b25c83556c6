import { hostHeaderNames } from "@alga-psa/ext-adapters-wit/HostHeaders"
import { absent, ClientId, ContentHash, ExtensionId, InstallId, TenantId, UserId } from "@alga-psa/ext-domain"
import { Effect, Option, Schema, SchemaGetter, SchemaIssue } from "effect"

const text = absent(Schema.String)
const texts = absent(Schema.Record(Schema.String, Schema.String))

/** Reads an empty value, by this rule, as absent. */
const saying = <A>(says: (value: A) => boolean) => ({
  decode: SchemaGetter.transformOptional(
    Option.filter((given: A | null | undefined): given is A => given !== null && given !== undefined && says(given))
  ),
  encode: SchemaGetter.passthrough<A | undefined>()
})

/** A number that a request may lower. Callers compute it: a fraction is cut off, and what is below 1 then says nothing. */
const limit = absent(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0, { message: "must be at least 0" }))).pipe(
  Schema.decodeTo(Schema.optional(Schema.Int), {
    decode: SchemaGetter.transformOptional((given: Option.Option<number | null | undefined>) =>
      given.pipe(
        Option.map((value) => Math.floor(value ?? 0)),
        Option.filter((value) => value > 0)
      )
    ),
    encode: SchemaGetter.passthrough()
  })
)

/** A value of a query that is no text is its JSON; null is left out. */
const queryText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value))

const queryTexts = absent(Schema.Record(Schema.String, Schema.Unknown)).pipe(
  Schema.decodeTo(texts, {
    decode: SchemaGetter.transform(
      (given: Readonly<Record<string, unknown>> | null | undefined) =>
        given &&
        Object.fromEntries(
          Object.entries(given)
            .filter(([, value]) => value !== null)
            .map(([name, value]) => [name, queryText(value)])
        )
    ),
    encode: SchemaGetter.passthrough()
  })
)

const described = {
  user_email: text,
  user_name: text,
  user_type: text,
  client_name: text,
  /** Another name for `client_name`. */
  company_name: text,
  additional_fields: texts
}

/** A user as callers send one: ids that they do not have are empty. */
const DescribedUser = Schema.Struct({ ...described, user_id: Schema.String, client_id: text })

const User = Schema.Struct({
  ...described,
  user_id: UserId,
  client_id: absent(Schema.String).pipe(
    Schema.decodeTo(
      Schema.optional(ClientId),
      saying((id: string) => id !== "")
    )
  )
})

/** What is for the host's ports alone. Where a request is printed, logged or written as JSON, it is not there. */
const sealed = <S extends Schema.Constraint>(schema: S, rule: string) =>
  absent(Schema.RedactedFromValue(schema)).annotate({ message: rule })

/** Base64 as Node reads and writes it: of a body of 10 MiB a fifth of the time that Effect's own takes. */
const bytes = Schema.String.pipe(
  Schema.decodeTo(Schema.Uint8Array, {
    decode: SchemaGetter.transformEffect((text: string, options) =>
      Effect.try({
        try: () => Uint8Array.fromBase64(text, { lastChunkHandling: "strict" }),
        catch: () => new SchemaIssue.InvalidValue({ expected: "a valid Base64 string" }, text, options)
      })
    ),
    encode: SchemaGetter.transform((given: Uint8Array) => given.toBase64())
  })
)

const fromOutside = (headers: Readonly<Record<string, string>> | null | undefined) =>
  headers && Object.fromEntries(Object.entries(headers).filter(([name]) => !hostHeaderNames.has(name.toLowerCase())))

const context = {
  request_id: text,
  tenant_id: TenantId,
  extension_id: ExtensionId,
  install_id: InstallId,
  content_hash: ContentHash,
  version_id: text,
  /** What started it: `schedule` and `webhook` need no user. */
  trigger: text,
  /** The schedule that started it. It has no user. */
  schedule_id: text
}

const asked = {
  http: Schema.Struct({
    method: Schema.String.check(
      Schema.isPattern(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}$/, { message: "must be an HTTP method" })
    ),
    path: Schema.String.check(
      Schema.isPattern(/^\//, { message: "must begin with /" }),
      Schema.isPattern(/^\P{Cc}*$/u, { message: "must hold no control characters" })
    ),
    query: queryTexts,
    headers: texts.pipe(
      Schema.decode({ decode: SchemaGetter.transform(fromOutside), encode: SchemaGetter.passthrough() })
    ),
    body_b64: absent(bytes)
  }),
  /** Each may lower the runner's own limit, never raise it. `fuel` is not metered and ignored. */
  limits: absent(
    Schema.Struct({
      timeout_ms: limit,
      memory_mb: limit
    })
  ),
  /** When given, restricts the execution to these capabilities. It never adds one; unknown names count for nothing. */
  providers: absent(Schema.Array(Schema.String)).pipe(
    Schema.decodeTo(
      Schema.optional(Schema.Array(Schema.String)),
      saying((names: ReadonlyArray<string>) => names.length > 0)
    )
  ),
  user: absent(DescribedUser).pipe(
    Schema.decodeTo(
      Schema.optional(User),
      saying(({ user_id }: typeof DescribedUser.Type) => user_id !== "")
    )
  )
}

/** A request without what is sealed in it: what may be kept. */
export const KeptRequest = Schema.Struct({ context: Schema.Struct(context), ...asked })

/** The body of `POST /v1/execute`. Fields that are not named here are ignored. */
export const ExecuteRequest = Schema.Struct({
  context: Schema.Struct({
    ...context,
    /** The install's configuration. */
    config: sealed(Schema.Record(Schema.String, Schema.String), "must be an object of texts")
  }),
  ...asked,
  /** The install's sealed secrets. */
  secret_envelope: sealed(Schema.Record(Schema.String, Schema.Unknown), "must be an object")
})
export interface ExecuteRequest extends Schema.Schema.Type<typeof ExecuteRequest> {}
