import { Buffer } from "node:buffer"
import { open } from "node:fs/promises"
import { Effect, Option, Schema, type Scope } from "effect"
import { EnvelopeRefused } from "../EnvelopeRefused.ts"
import type { ServerFailed } from "../ServerFailed.ts"
import type { VaultOptions } from "../VaultOptions.ts"
import type { Envelope } from "./envelope.ts"
import { makeExchange } from "./exchange.ts"
import { callServer, callsAtZero } from "./serverCall.ts"

const Answer = Schema.fromJsonString(Schema.Struct({ data: Schema.Struct({ plaintext: Schema.String }) }))
const decode = Schema.decodeUnknownOption(Answer)

const answerBytes = 1_048_576
const longestMillis = 10_000
const mostTokenBytes = 8_192

const refuse = (reason: EnvelopeRefused["reason"], status?: number) =>
  new EnvelopeRefused({ reason, ...(status === undefined ? {} : { status }) })

/** The file is read for each request, so that a token that was renewed counts at once. */
const readToken = (file: string): Effect.Effect<string, EnvelopeRefused> =>
  Effect.tryPromise({
    try: async () => {
      await using opened = await open(file, "r")
      const { buffer, bytesRead } = await opened.read(Buffer.alloc(mostTokenBytes), 0, mostTokenBytes, 0)
      return buffer.toString("latin1", 0, bytesRead).trim()
    },
    catch: () => refuse("no-token")
  }).pipe(
    Effect.filterOrFail(
      (token) => /^[\x21-\x7e]+$/.test(token),
      () => refuse("no-token")
    )
  )

/** A path below `/v1` in which each segment is a name; null if one is not. */
const pathOf = (...parts: ReadonlyArray<string>): string | null => {
  const segments = parts.flatMap((part) => part.trim().split("/"))
  const isPath = segments.every((segment) => segment !== "" && segment !== "." && segment !== "..")
  return isPath ? `/v1/${segments.map(encodeURIComponent).join("/")}` : null
}

/** Opens what Vault's transit engine sealed. */
export type OpenByVault = (envelope: Envelope) => Effect.Effect<Uint8Array, EnvelopeRefused | ServerFailed>

const counted = () => callsAtZero("secrets", ["decrypt"])

/** A client of Vault. */
export const makeVault = ({
  address,
  mount,
  namespace,
  tokenFile
}: VaultOptions): Effect.Effect<OpenByVault, never, Scope.Scope> =>
  Effect.map(Effect.tap(makeExchange({ server: "Vault", base: address, answerBytes }), counted), (exchange) =>
    Effect.fnUntraced(function* (envelope) {
      const path = pathOf(envelope.mount?.trim() || mount, "decrypt", envelope.key_path ?? "")
      if (path === null) return yield* refuse("no-key")
      const token = yield* readToken(tokenFile)
      const { body, status } = yield* callServer(
        exchange,
        { interface: "secrets", operation: "decrypt", most: longestMillis },
        {
          method: "POST",
          path,
          headers: {
            "content-type": "application/json",
            "x-vault-token": token,
            ...(namespace === null ? {} : { "x-vault-namespace": namespace })
          },
          body: Buffer.from(JSON.stringify({ ciphertext: envelope.ciphertext_b64 ?? "" }))
        }
      )
      const answer = status === 200 ? decode(Buffer.from(body).toString("utf8")) : Option.none()
      if (Option.isNone(answer)) return yield* refuse("refused", status)
      return Buffer.from(answer.value.data.plaintext, "base64")
    })
  )
