import { Schema } from "effect"

const reasons = {
  malformed: "the secret envelope does not have the product's form",
  "no-vault": "the secret envelope is sealed by Vault, and VAULT_ADDR is not set",
  "no-key": "the secret envelope is sealed by Vault, and names no key that Vault could have",
  "no-token": "the file with the token for Vault cannot be read, or holds no token",
  refused: "Vault does not open the secret envelope",
  plaintext: "what the secret envelope holds is not a JSON object of texts"
} as const

/** Why a secret envelope was not opened. It holds nothing of the envelope. */
export class EnvelopeRefused extends Schema.TaggedError<EnvelopeRefused>()("EnvelopeRefused", {
  reason: Schema.Literals(Object.keys(reasons) as ReadonlyArray<keyof typeof reasons>),
  /** What Vault answered, where it did. */
  status: Schema.optionalKey(Schema.Int)
}) {
  override get message(): string {
    return `${reasons[this.reason]}${this.status === undefined ? "" : ` (${this.status})`}`
  }
}
