import { hash, timingSafeEqual } from "node:crypto"
import { Context, Effect, Layer, Redacted, Stream } from "effect"

/** The header that carries the caller's proof. */
export const serviceTokenHeader = "x-runner-service-token"

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

const digest = (text: string) => hash("sha256", text, "buffer")

/** The tokens that are valid at a time, such as the present one and the one before it. */
export type Tokens = readonly [Redacted.Redacted, ...ReadonlyArray<Redacted.Redacted>]

/** Whether a header's value is one of the tokens; compared in constant time. */
export const provesOneOf = (tokens: Tokens) => {
  const expected = tokens.map((token) => digest(Redacted.value(token)))
  return (given: string | undefined): boolean => {
    if (given === undefined) return false
    const proof = digest(given)
    return expected.map((one) => timingSafeEqual(proof, one)).includes(true)
  }
}

/**
 * Accepts callers that know one of the tokens. Whenever `reload` gives others, those count from then on; where it fails,
 * the old ones stay and the log says why.
 */
export const layerTokens = <E>(
  tokens: Tokens,
  reload: Stream.Stream<Effect.Effect<Tokens, E>> = Stream.empty
): Layer.Layer<ServiceToken> =>
  Layer.effect(
    ServiceToken,
    Effect.gen(function* () {
      let proves = provesOneOf(tokens)
      yield* reload.pipe(
        Stream.runForEach((load) =>
          Effect.matchEffect(load, {
            onSuccess: (loaded) => {
              proves = provesOneOf(loaded)
              return Effect.annotateLogs(Effect.logInfo("the service tokens were read again"), {
                tokens: loaded.length
              })
            },
            onFailure: (cause) => Effect.logError("the service tokens stay: the settings cannot be read again", cause)
          })
        ),
        Effect.forkScoped
      )
      return ServiceToken.of({
        checked: true,
        accepts: (given) => proves(given)
      })
    })
  )

/** Accepts callers that know the token. */
export const layerToken = (token: Redacted.Redacted): Layer.Layer<ServiceToken> => layerTokens([token])

/** Accepts every caller, for deployments behind a closed network. Says so in the log at start. */
export const layerUnchecked: Layer.Layer<ServiceToken> = Layer.effect(
  ServiceToken,
  Effect.as(Effect.logWarning("the service token check is off: every caller is accepted"), {
    checked: false,
    accepts: () => true
  })
)
