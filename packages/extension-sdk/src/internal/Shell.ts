/// <reference path="./world.d.ts" />
import { errorResponse } from "../ErrorResponse.ts"
import type { Handler } from "../Handler.ts"
import type { HostBindings } from "../HostBindings.ts"
import { report } from "./Console.ts"
import { jobs } from "./jobs.ts"
import { lift } from "./lift.ts"
import { QueuedPromise } from "./QueuedPromise.ts"
import { beginRequest, endRequest } from "./requestFacts.ts"
import { executeResponse } from "./shapes.ts"

type Outcome<A> = { readonly value: A } | { readonly failure: unknown }

/**
 * Runs an async function to its end without an event loop: every job and timer that it leads to, and those that it
 * does not wait for. Throws what it rejects with, and an error where it never settles.
 */
const runToEnd = <A>(run: () => Promise<A> | A): A => {
  let outcome: Outcome<A> | null = null
  new QueuedPromise<A>((resolve) => resolve(run())).then(
    (value) => {
      outcome = { value }
    },
    (failure: unknown) => {
      outcome = { failure }
    }
  )
  jobs.drain(() => outcome !== null)
  return settled(outcome)
}

const settled = <A>(outcome: Outcome<A> | null): A => {
  if (outcome === null) {
    throw new Error("the handler's promise never settles: it waits for something that nothing will ever do")
  }
  if ("failure" in outcome) throw outcome.failure
  return outcome.value
}

/**
 * Whether an engine throws this when memory runs out. QuickJS throws an `InternalError`, whose message is another one where
 * that does not fit, and null where the error does not fit either. StarlingMonkey throws a text.
 */
const isOutOfMemory = (error: unknown): boolean =>
  error === null ||
  error === "out of memory" ||
  (error instanceof Error && error.name === "InternalError" && error.message !== "too much recursion")

/**
 * The function that the component exports. It answers whatever the handler does. An error, a promise that never settles
 * and a response of the wrong shape are logged and become 500 with `{"error":"internal"}`. An exception that left the
 * component would be a trap without a reason. A lack of memory leaves it all the same: the host, which refused the
 * memory, then says so to whoever can raise the limit. The handler does not see what the host alone tells of a request;
 * that is there while it runs, and for this request alone.
 */
export const shell =
  (handler: Handler, host: HostBindings) =>
  (request: World.ExecuteRequest): World.ExecuteResponse => {
    try {
      const { context, http } = lift(request)
      const headers = beginRequest(http.headers)
      return executeResponse(
        runToEnd(() => handler({ context, http: { ...http, headers } }, host)),
        "the handler's response"
      )
    } catch (error) {
      report("error", ["the handler failed:", error])
      if (isOutOfMemory(error)) throw error
      return executeResponse(errorResponse("internal"), "response")
    } finally {
      endRequest()
      jobs.reset()
    }
  }
