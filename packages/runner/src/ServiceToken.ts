import { createHash, timingSafeEqual } from "node:crypto"
import { Config, Context, Effect, Layer, Option, Redacted, Schema } from "effect"

/** The header that carries the caller's proof. */
export const serviceTokenHeader = "x-runner-service-token"

/** The runner has no token to compare with, and the check was not switched off. */
export class ServiceTokenMissing extends Schema.TaggedError<ServiceTokenMissing>()("ServiceTokenMissing", {}) {
  override get message(): string {
    return "RUNNER_SERVICE_TOKEN is not set: set it, or set RUNNER_SERVICE_TOKEN_CHECK=off to accept every caller"
  }
}

/** Tells the runner's callers from others. */
export class ServiceToken extends Context.Service<
  ServiceToken,
  {
    /** False when the deployment switched the check off. */
    readonly checked: boolean
    /** Whether the given header value proves a caller; compared in constant time. */
    readonly accepts: (given: string | undefined) => boolean
  }
>()("@alga-psa/ext-runner/ServiceToken") {}

const digest = (text: string) => createHash("sha256").update(text, "utf8").digest()

/** Accepts callers that know the token. */
export const layerToken = (token: Redacted.Redacted): Layer.Layer<ServiceToken> => {
  const expected = digest(Redacted.value(token))
  return Layer.succeed(ServiceToken, {
    checked: true,
    accepts: (given) => given !== undefined && timingSafeEqual(digest(given), expected)
  })
}

/** Accepts every caller, for deployments behind a closed network. Says so in the log at start. */
export const layerUnchecked: Layer.Layer<ServiceToken> = Layer.effect(
  ServiceToken,
  Effect.as(Effect.logWarning("the service token check is off: every caller is accepted"), {
    checked: false,
    accepts: () => true
  })
)

/**
 * From `RUNNER_SERVICE_TOKEN`; `RUNNER_SERVICE_TOKEN_CHECK` is `on` (the default) or `off`. Leaving the token out, or
 * empty, does not switch the check off: it fails the start.
 */
export const layerConfig: Layer.Layer<ServiceToken, Config.ConfigError | ServiceTokenMissing> = Layer.unwrap(
  Effect.gen(function* () {
    const check = yield* Config.Literals(["on", "off"], "RUNNER_SERVICE_TOKEN_CHECK").pipe(Config.withDefault("on"))
    if (check === "off") return layerUnchecked
    const token = yield* Config.option(Config.Redacted("RUNNER_SERVICE_TOKEN"))
    if (Option.isNone(token) || Redacted.value(token.value).trim() === "") return yield* new ServiceTokenMissing()
    return layerToken(token.value)
  })
)
