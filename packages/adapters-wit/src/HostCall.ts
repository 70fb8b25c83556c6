import { Schema } from "effect"

/** A call of a host function as it came out of a guest: a function of the world, and arguments of the shape of its types. */
export interface HostCall {
  /** Import name, such as `alga:extension/clients`. */
  readonly interface: string
  /** The function in camelCase, such as `listClients`. */
  readonly function: string
  /** Records have camelCase fields, absent options are null, bytes are `Uint8Array`, u64 is `bigint`. */
  readonly args: ReadonlyArray<unknown>
}

/**
 * The answer to a host call: the value of the function's result, or the error case of a `result` type. Absent options
 * are null.
 */
export type HostReply =
  | { readonly type: "ok"; readonly value: unknown }
  | { readonly type: "error"; readonly value: string }

/** The function's value. */
export const ok = (value: unknown): HostReply => ({ type: "ok", value })

/** The error case of the function's `result` type, by its WIT name. */
export const error = (value: string): HostReply => ({ type: "error", value })

/** A call that no component can make through the world: an unknown function, or arguments of other types. */
export class ProtocolViolation extends Schema.TaggedError<ProtocolViolation>()("ProtocolViolation", {
  /** For the host's own log. */
  detail: Schema.String
}) {
  override get message(): string {
    return "the guest broke the rules of its host"
  }
}
