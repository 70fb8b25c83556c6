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
  /** Headers that the host adds behind them. They count toward no limit of the request's. */
  readonly hostHeaders?: ReadonlyArray<HttpHeader>
  readonly body: Uint8Array | null
}

/** The argument of a guest's `handler`. */
export interface ExecuteRequest {
  readonly context: ContextData
  readonly http: HttpRequest
}

/** A status that ends a request: 200 to 599. Those below are steps on the way, which only a server itself can take. */
export const HttpStatus = Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 }))

/** The name of a header, in any case. `__proto__` is none: answers carry headers in a JSON object. */
export const HeaderName = Schema.String.check(Schema.isPattern(/^(?!__proto__$)[!#$%&'*+.^_`|~0-9A-Za-z-]+$/i))

/** What a header can carry: visible characters of Latin-1, spaces and tabs. */
export const HeaderValue = Schema.String.check(Schema.isPattern(/^[\t\x20-\x7e\x80-\xff]*$/))

/** The result of a guest's `handler`, which can go over the wire as it is. */
export const ExecuteResponse = Schema.Struct({
  status: HttpStatus,
  headers: Schema.Array(Schema.Struct({ name: HeaderName, value: HeaderValue })),
  body: Schema.NullOr(Schema.Uint8Array)
})
export interface ExecuteResponse extends Schema.Schema.Type<typeof ExecuteResponse> {}
