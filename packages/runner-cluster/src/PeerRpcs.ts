import { carriedHeader, HeaderName, HeaderValue, HttpStatus } from "@alga-psa/ext-adapters-wit"
import { ContentHash, ExtensionId, TenantId, UsedRights } from "@alga-psa/ext-domain"
import { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import { ExecuteResponse } from "@alga-psa/ext-runner/ExecuteResponse"
import { RunnerError } from "@alga-psa/ext-runner/RunnerError"
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"

/** The asked runner is going: nothing ran, and the request may be made of another. */
export class NotTaken extends Schema.TaggedError<NotTaken>()("NotTaken", {}) {}

const isHeaderName = Schema.is(HeaderName)

const carried = Schema.makeFilter<Readonly<Record<string, string>>>(
  (headers) =>
    Object.entries(headers).every(([name, value]) => isHeaderName(name) && carriedHeader({ name, value }).length === 1),
  { expected: "headers that HTTP can carry" }
)

/** What a guest may answer, by the same rules as where one does. */
export const PeerResponse = Schema.Struct({
  ...ExecuteResponse.fields,
  status: HttpStatus,
  headers: Schema.Record(Schema.String, HeaderValue).check(carried),
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
      request: ExecuteRequest,
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
