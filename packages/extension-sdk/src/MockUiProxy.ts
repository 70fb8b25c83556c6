import type { UiProxyHost } from "@alga-psa/extension-runtime"
import { HostError, type ProxyErrorCode } from "./HostError.ts"
import { bytes, option, text } from "./internal/lower.ts"
import { check, failing, isText, type MockPortOptions } from "./internal/mockRules.ts"

/** What a route of the product answers. */
export interface RouteFixture {
  /** `GET` is a call without payload, `POST` one with. Default: `GET`. */
  readonly method?: "GET" | "POST"
  /** With its query. */
  readonly route: string
  /** Bytes, a value as JSON, or how the call fails. */
  readonly answer: Uint8Array | { readonly json: unknown } | ProxyErrorCode
}

/** `UiProxyHost` of a test. */
export interface MockUiProxy extends UiProxyHost {
  /** What was called, in order. */
  readonly called: ReadonlyArray<{ readonly route: string; readonly payload: Uint8Array | null }>
}

/** The host's rule: dots and slashes count in any spelling. */
const isRoute = (route: string): boolean => {
  const [path = ""] = route.split(/[?#]/)
  const decoded = path.replaceAll(/%2e/gi, ".").replaceAll(/%2f|%5c|\\/gi, "/")
  return (
    path.trim() !== "" &&
    route.isWellFormed() &&
    !decoded.split("/").some((segment) => segment === "." || segment === "..")
  )
}

/**
 * `host.uiProxy` over routes that a test gives. Others are `route-not-found`, and a route with a `.` or `..` segment,
 * also a percent-encoded one, is `bad-request`. With `fail` every call fails with that code.
 *
 * @example
 * ```ts
 * import { callProxyJson, createMockHostBindings, mockUiProxy } from "@alga-psa/ext-extension-sdk"
 *
 * const uiProxy = mockUiProxy([{ route: "/api/reports", answer: { json: [1, 2] } }])
 * console.log(await callProxyJson(createMockHostBindings({ uiProxy }).uiProxy, "/api/reports")) // [ 1, 2 ]
 * ```
 */
export const mockUiProxy = (
  fixtures: ReadonlyArray<RouteFixture> = [],
  { fail }: MockPortOptions<ProxyErrorCode> = {}
): MockUiProxy => {
  const called: Array<MockUiProxy["called"][number]> = []
  const callRoute = async (given: string, body?: Uint8Array | null): Promise<Uint8Array> => {
    const [route, payload = null] = [text(given, "route"), option(bytes)(body, "payload")]
    failing("uiProxy.callRoute", fail)
    check(isText(route, 1, 2_048) && isRoute(route), "uiProxy.callRoute", "bad-request")
    const method = payload === null ? "GET" : "POST"
    const found = fixtures.find((one) => one.route === route && (one.method ?? "GET") === method)
    if (found === undefined) throw new HostError("uiProxy.callRoute", "route-not-found")
    called.push({ route, payload })
    const { answer } = found
    if (typeof answer === "string") throw new HostError("uiProxy.callRoute", answer)
    return "json" in answer ? new TextEncoder().encode(JSON.stringify(answer.json)) : new Uint8Array(answer)
  }
  return { called, callRoute, call: callRoute }
}
