import type { Invocation } from "@alga-psa/ext-domain"
import { Context, Effect, Layer, Schema } from "effect"

/** Why a secret could not be had; the cases of the WIT enum `secret-error`. */
export class SecretsError extends Schema.TaggedError<SecretsError>()("SecretsError", {
  code: Schema.Literals(["missing", "denied", "expired", "internal"])
}) {}

/**
 * Secrets of the install behind the current execution.
 *
 * Guarantees, for every implementation:
 * - Secrets of other installs are `missing`.
 * - Asked only where the capability `cap:secrets.get` is effective.
 */
export interface SecretsService {
  readonly get: (key: string) => Effect.Effect<string, SecretsError, Invocation>
  /** Names of all secrets, in any order. */
  readonly listKeys: Effect.Effect<ReadonlyArray<string>, SecretsError, Invocation>
}

/** The port to secrets. */
export class Secrets extends Context.Service<Secrets, SecretsService>()("@alga-psa/ext-adapters-wit/Secrets") {}

/** Has no secrets for anybody. */
export const layerSecretsDenied: Layer.Layer<Secrets> = Layer.succeed(Secrets, {
  get: () => Effect.fail(new SecretsError({ code: "denied" })),
  listKeys: Effect.succeed([])
})
