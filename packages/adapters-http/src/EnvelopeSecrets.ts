import { Buffer } from "node:buffer"
import { monotonicMillis } from "@alga-psa/ext-domain/MonotonicTime"
import { Secrets, SecretsError } from "@alga-psa/ext-domain/Secrets"
import { Cache, Clock, Effect, Exit, Layer } from "effect"
import { EnvelopeRefused } from "./EnvelopeRefused.ts"
import { type Envelope, type SealedSecrets, sealedSecrets } from "./internal/envelope.ts"
import { makeVault, type OpenByVault } from "./internal/vault.ts"
import type { ServerFailed } from "./ServerFailed.ts"
import type { VaultOptions } from "./VaultOptions.ts"

type Opened = ReadonlyMap<string, string>

/** For how long opened secrets are kept, in milliseconds, and of how many installs. */
const kept = { millis: 30_000, installs: 500 }

const isOfVault = ({ algorithm }: Envelope): boolean =>
  (algorithm ?? "").trim().toLowerCase().startsWith("vault-transit")

const textsIn = (plaintext: Uint8Array): Effect.Effect<Opened, EnvelopeRefused> =>
  Effect.suspend(() => {
    const refused = Effect.fail(new EnvelopeRefused({ reason: "plaintext" }))
    try {
      const value: unknown = JSON.parse(Buffer.from(plaintext).toString("utf8"))
      if (typeof value !== "object" || value === null || Array.isArray(value)) return refused
      const entries = Object.entries(value)
      return entries.every(([, secret]) => typeof secret === "string") ? Effect.succeed(new Map(entries)) : refused
    } catch {
      return refused
    }
  })

/** Not after the envelope's own end, nor longer than it is kept at most. */
const keepFor = ({ expires_at }: Envelope, now: number): number => {
  const left = expires_at === null ? Number.NaN : Date.parse(expires_at) - now
  return Number.isNaN(left) ? kept.millis : Math.max(0, Math.min(kept.millis, left))
}

const nothing: Opened = new Map()

const make = (options: VaultOptions | null) =>
  Effect.gen(function* () {
    const vault: OpenByVault =
      options === null ? () => Effect.fail(new EnvelopeRefused({ reason: "no-vault" })) : yield* makeVault(options)

    const open = Effect.fnUntraced(function* ({ envelope }: SealedSecrets) {
      const sealed = envelope.ciphertext_b64?.trim() ?? ""
      if (isOfVault(envelope)) return yield* textsIn(yield* vault(envelope))
      return sealed === "" ? nothing : yield* textsIn(Buffer.from(sealed, "base64"))
    })

    const cache = yield* Cache.makeWith(
      (sealed: SealedSecrets) =>
        Effect.flatMap(open(sealed), (opened) =>
          Effect.map(Effect.all([Clock.currentTimeMillis, monotonicMillis]), ([now, openedAt]) => ({
            opened,
            openedAt,
            millis: keepFor(sealed.envelope, now)
          }))
        ),
      { capacity: kept.installs, timeToLive: (exit) => (Exit.isSuccess(exit) ? exit.value.millis : 0) }
    )

    /** The cache counts by the time of day, which may be set back. */
    const openedOf = Effect.fnUntraced(function* (sealed: SealedSecrets) {
      const found = yield* Cache.get(cache, sealed)
      if ((yield* monotonicMillis) - found.openedAt < kept.millis) return found.opened
      yield* Cache.invalidateWhen(cache, sealed, (other) => other === found)
      return (yield* Cache.get(cache, sealed)).opened
    })

    const secrets = sealedSecrets.pipe(
      Effect.flatMap((sealed) => (sealed === null ? Effect.succeed(nothing) : openedOf(sealed))),
      Effect.mapError((cause: EnvelopeRefused | ServerFailed) => new SecretsError({ code: "internal", cause }))
    )

    return Secrets.of({
      get: (key) =>
        Effect.flatMap(secrets, (opened) => {
          const found = opened.get(key)
          return found === undefined ? Effect.fail(new SecretsError({ code: "missing" })) : Effect.succeed(found)
        }),
      listKeys: Effect.map(secrets, (opened) => [...opened.keys()])
    })
  })

/**
 * {@link Secrets} from the envelope that the execution's caller sent. Those of Vault are opened by it, and fail where it is
 * null; others hold the secrets as they are. Opened ones are kept for 30 seconds, or until the envelope's `expires_at`, by
 * tenant, extension, install, version and the envelope's content. At the same time they are opened once.
 */
export const layerSecretsEnvelope = (vault: VaultOptions | null): Layer.Layer<Secrets> =>
  Layer.effect(Secrets, make(vault))
