import { ClientId, ExtensionId, InstallId, TenantId, UserId } from "@alga-psa/ext-domain"
import { Schema, SchemaTransformation } from "effect"

const absent = <S extends Schema.Constraint>(schema: S) => Schema.optional(Schema.NullOr(schema))
const text = absent(Schema.String)
const texts = absent(Schema.Record(Schema.String, Schema.String))

/** SHA-256 of a bundle's archive, `sha256:<hex>` or `<hex>`; decoded to 64 lower-case hexadecimal digits. */
export const ContentHash = Schema.String.check(
  Schema.isPattern(/^(sha256:)?[0-9a-f]{64}$/i, { message: "must be sha256:<64 hexadecimal digits>" })
).pipe(
  Schema.decode(
    SchemaTransformation.transform({
      decode: (hash) => hash.toLowerCase().replace("sha256:", ""),
      encode: (hex) => `sha256:${hex}`
    })
  )
)

/** A number of something that a request may lower: whole and at least 1. */
const Limit = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1, { message: "must be at least 1" }))

/** The body of `POST /v1/execute`. Fields that are not named here are ignored. */
export const ExecuteRequest = Schema.Struct({
  context: Schema.Struct({
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
  }),
  http: Schema.Struct({
    method: Schema.String.check(
      Schema.isPattern(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}$/, { message: "must be an HTTP method" })
    ),
    path: Schema.String.check(
      Schema.isPattern(/^\//, { message: "must begin with /" }),
      Schema.isPattern(/^\P{Cc}*$/u, { message: "must hold no control characters" })
    ),
    query: texts,
    headers: texts,
    body_b64: absent(Schema.Uint8ArrayFromBase64)
  }),
  /** Each may lower the runner's own limit, never raise it. `fuel` is not metered and ignored. */
  limits: absent(Schema.Struct({ timeout_ms: absent(Limit), memory_mb: absent(Limit) })),
  /** When given, restricts the execution to these capabilities. It never adds one. */
  providers: absent(Schema.Array(Schema.String)),
  user: absent(
    Schema.Struct({
      user_id: UserId,
      user_email: text,
      user_name: text,
      user_type: text,
      client_name: text,
      /** Another name for `client_name`. */
      company_name: text,
      client_id: absent(ClientId),
      additional_fields: texts
    })
  )
})
export interface ExecuteRequest extends Schema.Schema.Type<typeof ExecuteRequest> {}
