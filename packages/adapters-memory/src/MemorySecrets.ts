import { Secrets, SecretsError } from "@alga-psa/ext-domain/Secrets"
import { Effect, Layer } from "effect"
import { MemoryInstalls } from "./MemoryInstalls.ts"

/** {@link Secrets} of {@link MemoryInstalls}. Its only failure is `missing`. */
export const layerSecrets: Layer.Layer<Secrets, never, MemoryInstalls> = Layer.effect(
  Secrets,
  Effect.map(MemoryInstalls, (installs) =>
    Secrets.of({
      get: (key) =>
        Effect.flatMap(installs.fixtures, ({ secrets }) => {
          const found = Object.hasOwn(secrets, key) ? secrets[key] : undefined
          return found === undefined ? Effect.fail(new SecretsError({ code: "missing" })) : Effect.succeed(found)
        }),
      listKeys: Effect.map(installs.fixtures, ({ secrets }) => Object.keys(secrets))
    })
  )
)
