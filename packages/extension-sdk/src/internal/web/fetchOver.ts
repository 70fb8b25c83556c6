import type { HttpHost } from "@alga-psa/extension-runtime"
import { isHostError } from "../../HostError.ts"
import { Request, type RequestInit } from "./Request.ts"
import { Response } from "./Response.ts"

const withoutFragment = (url: string): string => url.replace(/#.*$/, "")

const failed = (cause: unknown): unknown =>
  isHostError(cause) ? new TypeError(`fetch failed: ${cause.message}`, { cause }) : cause

/** `fetch` of the Fetch Standard over `host.http`. It follows no redirect: that is an answer. */
export const fetchOver =
  (http: HttpHost) =>
  async (input: Request | { toString(): string } | string, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    const { headers, method, redirect, signal } = request
    if (signal?.aborted) throw signal.reason ?? new Error("fetch: the signal was aborted already")
    const url = withoutFragment(request.url)
    const sent = { method, url, headers: Array.from(headers, ([name, value]) => ({ name, value })) }
    let answer: Awaited<ReturnType<HttpHost["fetch"]>>
    try {
      answer = await http.fetch({ ...sent, body: request.moved() })
    } catch (cause) {
      throw failed(cause)
    }
    if (redirect === "error" && answer.status >= 300 && answer.status < 400 && answer.status !== 304) {
      throw new TypeError(`fetch failed: ${url} answered with a redirect`)
    }
    const pairs = answer.headers.map(({ name, value }) => [name, value] as const)
    return Response.from(url, answer.status, pairs, answer.body ?? null)
  }
