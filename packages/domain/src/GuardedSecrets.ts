import { Context, Effect, Layer } from "effect"
import type { Authorization } from "./Authorization.ts"
import type { Guarded } from "./Guarded.ts"
import { guardOf } from "./internal/guard.ts"
import * as Input from "./internal/input.ts"
import { Secrets, SecretsError, type SecretsService } from "./Secrets.ts"

/** Secrets for an execution that has `cap:secrets.get`. Names have 1 to 256 characters. */
export class GuardedSecrets extends Context.Service<GuardedSecrets, Guarded<SecretsService>>()(
  "@alga-psa/ext-domain/GuardedSecrets"
) {}

const rights = { access: "read", capability: "cap:secrets.get", permission: null, errors: [SecretsError] } as const
const getting = { name: "secrets.get", span: "Secrets.get", ...rights } as const
const listing = { name: "secrets.list-keys", span: "Secrets.listKeys", ...rights } as const

const decodeKey = Input.decode(Input.text(1, 256), "key")

const make = Effect.gen(function* () {
  const secrets = yield* Secrets
  const guarded = yield* guardOf([getting, listing])

  return GuardedSecrets.of({
    get: (key) => guarded(getting, { input: decodeKey(key), run: (_, valid) => secrets.get(valid), count: () => 1 }),
    listKeys: guarded(listing, { input: Input.none, run: () => secrets.listKeys, count: (keys) => keys.length })
  })
})

/** The guarded port over the port. */
export const layerGuardedSecrets: Layer.Layer<GuardedSecrets, never, Secrets | Authorization> = Layer.effect(
  GuardedSecrets,
  make
)
