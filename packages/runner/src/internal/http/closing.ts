import { Effect } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { Life } from "../../Life.ts"

/**
 * From the moment that the runner is told to stop, each answer closes its connection. So callers that keep connections let go
 * of them before the runner closes those that are idle, when a request may be on its way.
 */
export const layerClosing = HttpRouter.middleware(
  Effect.map(
    Life,
    (life) => (answer) =>
      Effect.map(answer, (response) =>
        life.ready() ? response : HttpServerResponse.setHeader(response, "connection", "close")
      )
  ),
  { global: true }
)
