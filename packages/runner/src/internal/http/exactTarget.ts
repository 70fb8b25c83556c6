import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Effect } from "effect"
import { HttpRouter, HttpServerRequest } from "effect/http"
import { fail } from "../../RunnerError.ts"
import { named, refuse } from "./answer.ts"

/** Routes as they are written: no other case, no doubled or added slash. */
export const exactRoutes = { caseSensitive: true, ignoreDuplicateSlashes: false, ignoreTrailingSlash: false }

const visible = /^[\x21-\x7e]*$/
const encodedUnreserved = /%(2d|2e|5f|7e|3\d|4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])/i

/**
 * Whether a request-target is written in the one normal form of its path, so that a rule of a proxy in front means the
 * same path as the routes behind it. The form begins at the root, has no empty or dot segment, no unneeded encoding and
 * no fragment. It has no semicolon, at which the router would end it. The absolute form is a target too.
 */
const isExact = (target: string): boolean => {
  const [path = ""] = target.replace(/^https?:\/\/[^/?#\\@]+(?=\/)/i, "").split("?", 1)
  const segments = path.split("/")
  return (
    visible.test(target) &&
    !/[#\\]/.test(target) &&
    segments[0] === "" &&
    segments.length > 1 &&
    segments.slice(1, -1).every((segment) => segment !== "") &&
    segments.every((segment) => segment !== "." && segment !== "..") &&
    !/%(?![0-9a-f]{2})/i.test(path) &&
    !encodedUnreserved.test(path) &&
    !path.includes(";")
  )
}

const notFound = named(() => Effect.succeed(refuse(fail("not_found"))))

/** Answers targets that are not {@link isExact} with `not_found`, before any route is looked for. */
export const layerExactTargets = HttpRouter.middleware(
  (answer) =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, (http) =>
      isExact(NodeHttpServerRequest.toIncomingMessage(http).url ?? "") ? answer : notFound
    ),
  { global: true }
)
