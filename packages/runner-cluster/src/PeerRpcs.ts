import { carriedHeader, HeaderName, HeaderValue, HttpStatus } from "@alga-psa/ext-adapters-wit"
import { absent, ContentHash, ExtensionId, TenantId, UsedRights } from "@alga-psa/ext-domain"
import { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import { ExecuteResponse } from "@alga-psa/ext-runner/ExecuteResponse"
import { RunnerError } from "@alga-psa/ext-runner/RunnerError"
import { Schema, SchemaGetter } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"

/** The asked runner is going: nothing ran, and the request may be made of another. */
export class NotTaken extends Schema.TaggedError<NotTaken>()("NotTaken", {}) {}

const isHeaderName = Schema.is(HeaderName)

const carried = Schema.makeFilter<Readonly<Record<string, string>>>(
  (headers) =>
    Object.entries(headers).every(([name, value]) => isHeaderName(name) && carriedHeader({ name, value }).length === 1),
  { expected: "headers that HTTP can carry" }
)

/** Bytes that a message holds as they are; see `PeerLines`. A `Buffer` would write itself as a list of numbers. */
const Bytes = Schema.declare((value): value is Uint8Array => value instanceof Uint8Array, {
  expected: "bytes",
  toCodecJson: () => undefined
})

const plain = ({ buffer, byteLength, byteOffset }: Uint8Array) => new Uint8Array(buffer, byteOffset, byteLength)

const RequestBody = Bytes.pipe(
  Schema.decodeTo(Bytes, { decode: SchemaGetter.passthrough(), encode: SchemaGetter.transform(plain) })
)

const AnswerBody = Bytes.pipe(
  Schema.decodeTo(Schema.String, {
    decode: SchemaGetter.transform(({ buffer, byteLength, byteOffset }) =>
      Buffer.from(buffer, byteOffset, byteLength).toString("base64")
    ),
    encode: SchemaGetter.transform((base64: string) => plain(Buffer.from(base64, "base64")))
  })
)

/** A request as callers make it, and its body in bytes. */
export const PeerRequest = Schema.Struct({
  ...ExecuteRequest.fields,
  http: Schema.Struct({ ...ExecuteRequest.fields.http.fields, body_b64: absent(RequestBody) })
})

/** What a guest may answer, by the same rules as where one does. */
export const PeerResponse = Schema.Struct({
  ...ExecuteResponse.fields,
  status: HttpStatus,
  headers: Schema.Record(Schema.String, HeaderValue).check(carried),
  body_b64: Schema.optionalKey(AnswerBody),
  /** The rights that it rests on. A runner of a version before this one does not say. */
  used: Schema.optionalKey(UsedRights)
})

const Address = { host: Schema.String, port: Schema.Int }

/**
 * What runners ask of each other. Every value is checked by its schema where it arrives, and an execution finds its
 * install, grants and component in the database of the runner that carries it out, like one of a caller.
 */
export const PeerRpcs = RpcGroup.make(
  /**
   * Carries out the request of a caller whom the asking runner has verified, in the milliseconds that are left. A runner of
   * a version before this one says nothing of them.
   */
  Rpc.make("Execute", {
    payload: {
      request: PeerRequest,
      requestId: Schema.String.check(Schema.isMaxLength(200)),
      timeoutMs: Schema.optionalKey(Schema.Int)
    },
    success: PeerResponse,
    error: Schema.Union([RunnerError, NotTaken])
  }),
  /** Takes the bundle's component in, so that its first execution need not. */
  Rpc.make("Warm", { payload: { tenant: TenantId, extension: ExtensionId, hash: ContentHash }, error: RunnerError }),
  Rpc.make("Alive"),
  /** The runner at this address is going: it takes no more work. */
  Rpc.make("Going", { payload: Address }),
  /** A trigger was kept that the asked runner may begin. */
  Rpc.make("Due"),
  /** Holds one of the tenant's places for as long as the answer stays open; the first element says that it is held. */
  Rpc.make("Hold", { payload: { tenant: TenantId }, success: Schema.Void, error: RunnerError, stream: true })
)
