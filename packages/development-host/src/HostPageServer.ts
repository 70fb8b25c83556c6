import { randomBytes } from "node:crypto"
import { fileURLToPath } from "node:url"
import { extensionUi } from "@alga-psa/ext-runner/Http"
import { layerHttp } from "@alga-psa/ext-runner/Runner"
import { Context, Deferred, Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { type HostedPage, type HostPageOptions, hostPageRoutes } from "./HostPage.ts"
import { loopbackOnly } from "./Loopback.ts"
import { portUnusable } from "./PortUnusable.ts"

/** The folder of the host page's own script and style. */
export const hostPageFolder = fileURLToPath(new URL("page", import.meta.url))

/** A session that nobody guesses. */
export const newSession = (): string => randomBytes(24).toString("base64url")

/** What to serve, and where. */
export interface ServeOptions<R> extends Omit<HostPageOptions, "own" | "frames"> {
  /** The port of the host pages; 0 takes any free one. */
  readonly port: number
  /** The port of the extensions' pages; 0 takes any free one. */
  readonly framePort: number
  /** The port that a person gave, which these lie on or above. Default: that of the host pages. */
  readonly askedPort?: number
  /** More routes beside the host pages, given the server's own origin. */
  readonly more?: (own: Effect.Effect<string>) => Layer.Layer<never, never, R>
}

/** Where host pages are served. */
export interface HostPageServer {
  /** The address of each page, by its path. */
  readonly addressOf: (page: Pick<HostedPage, "path">) => string
  /** The origin of the extensions' pages. */
  readonly frames: string
}

const frameRoutes = (own: Effect.Effect<string>) =>
  HttpRouter.use((router) =>
    router.add("GET", "/ext-ui/:extensionId/:contentHash/*", (http) => loopbackOnly(own)(extensionUi(http)))
  )

/**
 * Serves host pages on the loopback address, and the extensions' pages on another port of it. That is another origin,
 * so that the sandbox of the frame keeps a page from the document around it, its session and its storage. They stop
 * with the scope. A port that cannot be had is a `PortUnusable`.
 */
export const serveHostPages = Effect.fnUntraced(function* <R = never>(options: ServeOptions<R>) {
  const { askedPort = options.port, framePort, more, port, ...pages } = options
  const own = yield* Deferred.make<string>()
  const frames = yield* Deferred.make<string>()

  const scope = yield* Effect.scope

  // With a memo map of its own, or both servers would share the router of whoever builds them.
  const listen = <R2>(routes: Layer.Layer<never, never, R2>, at: number, frameAncestors: string) =>
    Effect.map(
      Layer.buildWithMemoMap(
        layerHttp(routes, { host: "127.0.0.1", port: at, frameAncestors }),
        Layer.makeMemoMapUnsafe(),
        scope
      ),
      (context) => HttpServer.formatAddress(Context.get(context, HttpServer.HttpServer).address)
    ).pipe(Effect.mapError(portUnusable("127.0.0.1", at, at - askedPort)))

  const host = hostPageRoutes({ ...pages, own: Deferred.await(own), frames: Deferred.await(frames) })
  const routes = more === undefined ? host : Layer.merge(host, more(Deferred.await(own)))
  const origin = yield* listen(routes, port, "'none'")
  yield* Deferred.succeed(own, origin)
  const frameOrigin = yield* listen(frameRoutes(Deferred.await(frames)), framePort, origin)
  yield* Deferred.succeed(frames, frameOrigin)
  return { addressOf: ({ path }) => `${origin}${path}`, frames: frameOrigin } satisfies HostPageServer
})
