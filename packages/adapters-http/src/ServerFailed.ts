import { Schema } from "effect"

const reasons = {
  unreachable: "cannot be reached; nothing was sent",
  busy: "did not take the request in time; nothing was sent",
  "too-slow": "did not answer in time; it is unknown whether it did what was asked",
  lost: "broke off before its answer was complete; it is unknown whether it did what was asked",
  "too-large": "sent a larger answer than allowed",
  status: "answered with an error status",
  nonsense: "sent an unexpected answer"
} as const

/** Why a server gave no answer to work with. It holds nothing of the request, and of the answer its status alone. */
export class ServerFailed extends Schema.TaggedError<ServerFailed>()("ServerFailed", {
  /** Which server, in words. */
  server: Schema.String,
  reason: Schema.Literals(Object.keys(reasons) as ReadonlyArray<keyof typeof reasons>),
  /** The status of the answer, where there is one. */
  status: Schema.optionalKey(Schema.Int),
  /** The name that the system gives to what happened, such as `ECONNREFUSED`. */
  system: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    const more = [this.status, this.system].filter((one) => one !== undefined).join(", ")
    return `${this.server} ${reasons[this.reason]}${more === "" ? "" : ` (${more})`}`
  }

  /** Whether the server may have done what it was asked for all the same. */
  get mayBeDone(): boolean {
    if (this.reason === "unreachable" || this.reason === "busy") return false
    return this.status === undefined || this.status < 300 || this.status >= 500
  }
}
