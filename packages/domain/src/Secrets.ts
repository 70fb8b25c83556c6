import { Context, Effect, Layer, Schema } from "effect"
import type { Invocation } from "./Invocation.ts"
import { NotOffered } from "./NotOffered.ts"

/** Why a secret could not be had; the cases of the WIT enum `secret-error`. */
export class SecretsError extends Schema.TaggedError<SecretsError>()("SecretsError", {
  code: Schema.Literals(["missing", "denied", "expired", "internal"]),
  /** For the host's own log. It never reaches an extension. */
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/**
 * Secrets of the install behind the current execution. It checks no right: that is the work of `GuardedSecrets`.
 *
 * Guarantees, for every implementation:
 * - Secrets of other installs are `missing`, exactly like those that do not exist.
 * - Names are compared exactly.
 * - `listKeys` has every name that `get` finds, once each, in any order; none where there are no secrets.
 */
export interface SecretsService {
  /** The secret's text, which may be empty. */
  readonly get: (key: string) => Effect.Effect<string, SecretsError, Invocation>
  /** Names of all secrets. */
  readonly listKeys: Effect.Effect<ReadonlyArray<string>, SecretsError, Invocation>
}

/** The port to secrets. */
export class Secrets extends Context.Service<Secrets, SecretsService>()("@alga-psa/ext-domain/Secrets") {}

/** Has no secrets for anybody. */
export const layerSecretsDenied: Layer.Layer<Secrets> = Layer.succeed(Secrets, {
  get: () => Effect.fail(new SecretsError({ code: "denied", cause: new NotOffered({ port: "secrets" }) })),
  listKeys: Effect.succeed([])
})
