import { BodyRoom, layerBodyRoom, makeBodyRoom } from "@alga-psa/ext-runner/BodyRoom"
import { waitFor } from "@alga-psa/ext-runner/Deadline"
import type { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import { Effect, type Layer, Redacted, type Scope } from "effect"

const bytesOfJson = (value: unknown): number => JSON.stringify(value)?.length ?? 0

/** What a request took on its way here: its body, and the texts that it may hold many of. */
const bytesOf = ({ context: { config }, http, secret_envelope: secrets }: ExecuteRequest): number => {
  const texts = [
    http.path,
    http.query,
    http.headers,
    config && Redacted.value(config),
    secrets && Redacted.value(secrets)
  ]
  return texts.reduce((sum: number, one) => sum + bytesOfJson(one), http.body_b64?.length ?? 0)
}

/** Waits for room for a request that another runner hands on, and counts it until the scope closes. */
export const holdBody = (request: ExecuteRequest): Effect.Effect<void, never, Scope.Scope> =>
  Effect.flatMap(BodyRoom, (room) => waitFor("room")(room.hold(request.context.tenant_id, bytesOf(request))))

/**
 * Room for what other runners hand on, in bytes. It is not the callers': two runners whose callers fill both rooms would wait for each other.
 */
export const layerPeerBodies = (bytes: number): Layer.Layer<never> => layerBodyRoom(makeBodyRoom(bytes))
