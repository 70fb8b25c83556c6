import { Context, Effect, Layer } from "effect"
import { type Answered, type Received, standIn } from "./Server.ts"

const make = Effect.gen(function* () {
  const state = {
    token: "the-token-of-the-vault",
    /** Null where the caller must name none. */
    namespace: null as string | null
  }
  const sealed = new Map<string, string>()

  const answer = async ({ body, headers, method, url }: Received): Promise<Answered> => {
    const refused = (status: number): Answered => ({ status, body: { errors: ["refused"] } })
    if (headers["x-vault-token"] !== state.token) return refused(403)
    if ((headers["x-vault-namespace"] ?? null) !== state.namespace) return refused(404)
    const [, place] = /^\/v1\/(.+\/decrypt\/.+)$/.exec(url) ?? []
    const { ciphertext } = JSON.parse(body.toString()) as { readonly ciphertext: string }
    const plain = sealed.get(`${place} ${ciphertext}`)
    if (method !== "POST" || plain === undefined) return refused(400)
    return { status: 200, body: { data: { plaintext: Buffer.from(plain).toString("base64") } } }
  }
  const server = yield* standIn(answer)
  return Object.assign(server, {
    state,
    /** The ciphertext of a text under a key of a mount. */
    seal: (text: string, key = "extensions", mount = "transit"): string => {
      const ciphertext = `vault:v1:${Buffer.from(crypto.randomUUID()).toString("base64")}`
      sealed.set(`${mount}/decrypt/${key} ${ciphertext}`, text)
      return ciphertext
    }
  })
})

/** Vault's transit engine, as far as it decrypts: token, namespace, mount and key must be right. */
export class StandInVault extends Context.Service<StandInVault, Effect.Success<typeof make>>()(
  "@alga-psa/ext-adapters-http/StandInVault"
) {}

/** Vault on the loopback address. */
export const layerStandInVault: Layer.Layer<StandInVault> = Layer.effect(StandInVault, make)
