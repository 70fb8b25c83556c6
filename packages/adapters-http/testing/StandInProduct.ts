import { MemoryInstalls } from "@alga-psa/ext-adapters-memory"
import {
  asExecution,
  type CreateManualInvoiceInput,
  type CreateScheduleInput,
  type Invocation,
  type InvocationData,
  Invoicing,
  type ScheduleInfo,
  Scheduler,
  type UpdateScheduleInput
} from "@alga-psa/ext-domain"
import { Context, Effect, Layer } from "effect"
import { makeKeptValues } from "./KeptValues.ts"
import { type Answered, type Received, standIn } from "./Server.ts"

type Input = Readonly<Record<string, unknown>>

const json = (status: number, body: unknown): Answered => ({ status, body })
const parsed = (text: string | null | undefined): unknown => (text ? JSON.parse(text) : null)
const written = (value: unknown): string | null | undefined =>
  value === undefined ? undefined : value === null ? "" : JSON.stringify(value)

/** A schedule as the product shows it. */
const shown = ({ payload, ...schedule }: ScheduleInfo) => ({ ...schedule, payload: parsed(payload) })

const ended = <Change extends { readonly success: boolean; readonly fieldErrors?: string | null }>(
  done: number,
  change: Change
): Answered => {
  const { fieldErrors, ...rest } = change
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null))
  return json(change.success ? done : 400, fieldErrors ? { ...given, fieldErrors: JSON.parse(fieldErrors) } : given)
}

const make = Effect.gen(function* () {
  const installs = yield* MemoryInstalls
  const scheduler = yield* Scheduler
  const invoicing = yield* Invoicing
  const known = new Map<
    string,
    { readonly execution: InvocationData; readonly values: ReturnType<typeof makeKeptValues> }
  >()
  /** What proves a runner. */
  const tokens = new Set(["the-token-of-the-runner"])
  /** Installs that the product does not grant manual invoices. */
  const withoutInvoices = new Set<string>()

  const schedule = Effect.fnUntraced(function* (input: Input) {
    const { operation, scheduleId, ...rest } = input
    const { payload, ...given } = rest
    if (operation === "create" && given["name"] === null) return json(400, { error: "Validation error" })
    const changed = {
      ...given,
      ...(given["name"] === null ? { name: "" } : {}),
      ...(payload === undefined ? {} : { payload: written(payload) })
    }
    const id = String(scheduleId)
    switch (operation) {
      case "list":
        return json(200, { schedules: (yield* scheduler.listSchedules).map(shown) })
      case "get": {
        const found = yield* scheduler.getSchedule(id)
        return json(200, { schedule: found && shown(found) })
      }
      case "create":
        return ended(201, yield* scheduler.createSchedule(changed as unknown as CreateScheduleInput))
      case "update":
        return ended(200, yield* scheduler.updateSchedule(id, changed as UpdateScheduleInput))
      case "delete":
        return ended(200, yield* scheduler.deleteSchedule(id))
      case "getEndpoints":
        return json(200, { endpoints: yield* scheduler.getEndpoints })
      default:
        return json(400, { error: "Validation error" })
    }
  })

  const invoice = Effect.fnUntraced(function* ({ operation, ...input }: Input) {
    if (operation !== "createManualInvoice") return json(400, { error: "Unsupported operation" })
    const { error, fieldErrors, success, ...made } = yield* invoicing.createManualInvoice(
      input as unknown as CreateManualInvoiceInput
    )
    return success ? json(201, { success, invoice: made }) : ended(400, { success, error, fieldErrors })
  })

  const statuses = { denied: 403, "bad-request": 422, internal: 500, "route-not-found": 404 } as const

  /** What stands behind `ui-proxy`: `/ui` is its base. */
  const route = Effect.fnUntraced(function* ({ body, method, url }: Received, extension: string) {
    const path = url.slice("/ui".length)
    const own = path.startsWith("/api/") ? path : path.replace(`/${extension}`, "")
    const { routes } = yield* installs.fixtures
    const found = routes.find((one) => one.route === own && one.method === method)
    if (found === undefined) return json(404, { error: "no such route" })
    yield* installs.send({ route: own, payload: method === "GET" ? null : body })
    return typeof found.answer === "string"
      ? json(statuses[found.answer], { error: "refused" })
      : json(200, found.answer)
  })

  const run = (execution: InvocationData, answer: Effect.Effect<Answered, unknown, Invocation>): Promise<Answered> =>
    Effect.runPromise(
      Effect.catch(asExecution(execution)(answer), () => Effect.succeed(json(500, { error: "Internal error" })))
    )

  const answer = async (given: Received): Promise<Answered> => {
    const request = { ...given, url: given.url.replace(/^\/behind\/a\/prefix/, "") }
    if (request.url.startsWith("/ui/")) {
      const install = known.get(String(request.headers["x-ext-install-id"]))
      if (install === undefined) return json(404, { error: "no such install" })
      return run(install.execution, route(request, install.execution.extensionId))
    }
    const [, kind, id = ""] =
      /^\/api\/internal\/ext-(storage|scheduler|invoicing)\/install\/([^/]+)$/.exec(request.url) ?? []
    if (kind === undefined || request.method !== "POST") return json(404, { error: "Not found" })
    if (!tokens.has(String(request.headers["x-runner-auth"]))) {
      return json(401, { error: "Invalid runner token", code: "UNAUTHORIZED" })
    }
    const install = known.get(decodeURIComponent(id))
    if (install === undefined) return json(404, { error: "Install not found", code: "NOT_FOUND" })
    const input = JSON.parse(request.body.toString()) as Input
    if (kind === "storage") return install.values(input)
    if (kind === "scheduler") return run(install.execution, schedule(input))
    if (withoutInvoices.has(id)) {
      return json(403, { success: false, error: "Permission denied: cap:invoice.manual.create not granted" })
    }
    return run(install.execution, invoice(input))
  }

  const server = yield* standIn(answer)
  return Object.assign(server, {
    tokens,
    withoutInvoices,
    /** Makes an install known. Its tenant is found by it, whoever asks. */
    know: (execution: InvocationData): void => {
      known.set(execution.installId, { execution, values: makeKeptValues() })
    }
  })
})

/**
 * The product's internal API for runners, and its routes for `ui-proxy` below `/ui`, over the memory adapters: paths, proof,
 * quotas, revisions, refusals and its cursor, as the product has them.
 */
export class StandInProduct extends Context.Service<StandInProduct, Effect.Success<typeof make>>()(
  "@alga-psa/ext-adapters-http/StandInProduct"
) {}

/** The product on the loopback address. */
export const layerStandInProduct: Layer.Layer<StandInProduct, never, MemoryInstalls | Scheduler | Invoicing> =
  Layer.effect(StandInProduct, make)
