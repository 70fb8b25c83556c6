import { Schema } from "effect"

/** One header. */
export const HttpHeader = Schema.Struct({ name: Schema.String, value: Schema.String })
export interface HttpHeader extends Schema.Schema.Type<typeof HttpHeader> {}

/** Where a request runs, as a guest sees it. */
export interface ContextData {
  readonly requestId: string | null
  readonly tenantId: string
  readonly extensionId: string
  readonly installId: string | null
  readonly versionId: string | null
}

/** The HTTP part of a request. */
export interface HttpRequest {
  /** An upper-case method name. */
  readonly method: string
  /** Path plus query. */
  readonly url: string
  readonly headers: ReadonlyArray<HttpHeader>
  readonly body: Uint8Array | null
}

/** The argument of a guest's `handler`. */
export interface ExecuteRequest {
  readonly context: ContextData
  readonly http: HttpRequest
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** The result of a guest's `handler`: a status of 100 to 599 and headers that can go over the wire as they are. */
export const ExecuteResponse = Schema.Struct({
  status: Schema.Int.check(Schema.isBetween({ minimum: 100, maximum: 599 })),
  headers: Schema.Array(
    Schema.Struct({
      name: Schema.String.check(Schema.isPattern(token)),
      value: Schema.String.check(Schema.isPattern(/^[^\0\r\n]*$/))
    })
  ),
  body: Schema.NullOr(Schema.Uint8Array)
})
export interface ExecuteResponse extends Schema.Schema.Type<typeof ExecuteResponse> {}
