import { createHash } from "node:crypto"
import { Invocation, type InvocationData } from "@alga-psa/ext-domain/Invocation"
import { Effect, Equal, Hash, Redacted, Schema } from "effect"
import { EnvelopeRefused } from "../EnvelopeRefused.ts"

const text = Schema.NullOr(Schema.String).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))

/** Larger ones are refused: what is kept of them is bounded too. */
const mostCharacters = 262_144

/** An install's sealed secrets, as the product writes them. */
const Envelope = Schema.Struct({
  ciphertext_b64: Schema.NullOr(Schema.String.check(Schema.isMaxLength(mostCharacters))).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(null))
  ),
  algorithm: text,
  key_path: text,
  mount: text,
  version: text,
  expires_at: text
})
export type Envelope = typeof Envelope.Type

const decode = Schema.decodeUnknownEffect(Envelope)

/**
 * An envelope, and the execution that it belongs to. Two are equal if they belong to the same install and hold the
 * same.
 */
export class SealedSecrets implements Equal.Equal {
  readonly envelope: Envelope
  private readonly id: string

  constructor({ extensionId, installId, tenantId, versionId }: InvocationData, envelope: Envelope) {
    const { ciphertext_b64, expires_at: _expiry, ...rest } = envelope
    const digest = createHash("sha256")
      .update(ciphertext_b64 ?? "")
      .digest("hex")
    this.envelope = envelope
    this.id = JSON.stringify([tenantId, extensionId, installId, versionId, digest, rest])
  }

  [Equal.symbol](that: Equal.Equal): boolean {
    return that instanceof SealedSecrets && that.id === this.id
  }

  [Hash.symbol](): number {
    return Hash.string(this.id)
  }

  /** Nothing of it is for a log. */
  toJSON(): string {
    return "SealedSecrets"
  }
}

/** The envelope of the execution; null where its caller gave none. */
export const sealedSecrets: Effect.Effect<SealedSecrets | null, EnvelopeRefused, Invocation> = Effect.flatMap(
  Invocation,
  (invocation) => {
    const given = invocation.settings === null ? null : Redacted.value(invocation.settings).secretEnvelope
    return given === null
      ? Effect.succeed(null)
      : Effect.mapBoth(decode(given), {
          onFailure: () => new EnvelopeRefused({ reason: "malformed" }),
          onSuccess: (envelope) => new SealedSecrets(invocation, envelope)
        })
  }
)
