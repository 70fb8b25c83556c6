import {
  type Component,
  defaultLimits,
  ExecutionFailed,
  Executor,
  type ExecutorService,
  type GuestLine,
  GuestLines,
  type HttpRequest
} from "@alga-psa/ext-adapters-wit"
import {
  Authorization,
  CapabilityGate,
  DataSourceError,
  ExtensionId,
  type InstallAccess,
  InstallId,
  InstallUnavailable,
  Invocation,
  type InvocationData,
  layerAuthorization,
  noRights,
  parseCapabilities,
  RbacCheck,
  Secrets,
  SecretsError,
  TimeLeft,
  type UsedRights
} from "@alga-psa/ext-domain"
import { uuid } from "@alga-psa/ext-domain/testing/uuid"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Components } from "../src/Components.ts"
import { Deadline, start } from "../src/Deadline.ts"
import { ExecuteRequest } from "../src/ExecuteRequest.ts"
import { Execution, layer } from "../src/Execution.ts"

const tenant = uuid(1)
const extension = uuid(2)
const install = uuid(3)
const user = { user_id: uuid(4) }
const hash = "ab".repeat(32)

const component = { hash: "old", modules: [], imports: [] } as unknown as Component
const renewed = { ...component, hash: "new" }

const request = (change: { readonly context?: object; readonly http?: object; readonly rest?: object } = {}) =>
  Schema.decodeUnknownSync(ExecuteRequest)({
    context: { tenant_id: tenant, extension_id: extension, install_id: install, content_hash: hash, ...change.context },
    http: { method: "POST", path: "/api/run", query: { a: "1" }, headers: { accept: "*/*" }, ...change.http },
    ...change.rest
  })

const access: InstallAccess = {
  installId: InstallId.make(install),
  extensionId: ExtensionId.make(extension),
  versionId: uuid(5),
  capabilities: parseCapabilities(["cap:client.read"]),
  unknownCapabilities: [],
  contentHashes: [hash]
}

interface Answers {
  readonly gate?: Effect.Effect<InstallAccess, InstallUnavailable | DataSourceError>
  readonly execute?: ExecutorService["execute"]
  readonly secrets?: Effect.Effect<ReadonlyArray<string>, SecretsError>
}

/** A request carried out over a gate and a sandbox that answer as told, and what each was asked. */
const ran = (of: ExecuteRequest, answers: Answers = {}) => {
  const asked: Array<readonly [string, ...ReadonlyArray<unknown>]> = []
  const executions: Array<InvocationData> = []
  const waits: Array<string | undefined> = []
  const lines: Array<GuestLine> = []
  const noteWait = Effect.map(Deadline, (deadline) => {
    waits.push(deadline?.waiting)
  })
  const answer = answers.execute ?? (() => Effect.succeed({ status: 204, headers: [], body: null }))
  const parts = Layer.mergeAll(
    Layer.succeed(GuestLines, (line) => void lines.push(line)),
    Layer.provide(
      layerAuthorization,
      Layer.merge(
        Layer.succeed(CapabilityGate, {
          access: (...ids) =>
            noteWait.pipe(
              Effect.andThen(Effect.sync(() => asked.push(["gate", ...ids]))),
              Effect.andThen(answers.gate ?? Effect.succeed(access))
            ),
          accessTo: () => Effect.succeed(access)
        }),
        Layer.succeed(RbacCheck, { subject: () => Effect.succeed(null) })
      )
    ),
    Layer.succeed(Components, {
      get: (key) => noteWait.pipe(Effect.andThen(Effect.sync(() => asked.push(["get", key]))), Effect.as(component)),
      renew: (key, gone) =>
        noteWait.pipe(Effect.andThen(Effect.sync(() => asked.push(["renew", key, gone.hash]))), Effect.as(renewed))
    }),
    Layer.mock(Secrets, {
      listKeys: noteWait.pipe(
        Effect.andThen(Effect.sync(() => asked.push(["secrets"]))),
        Effect.andThen(answers.secrets ?? Effect.succeed([]))
      )
    }),
    Layer.succeed(Executor, {
      execute: (from, http, limits, onRun) =>
        Effect.flatMap(Effect.andThen(noteWait, Invocation), (invocation) => {
          executions.push(invocation)
          asked.push(["execute", from.hash, http, limits])
          return answer(from, http, limits, onRun)
        })
    })
  )
  const outcome = Effect.flatMap(Execution, (execution) => execution.run(of, "request-1")).pipe(
    Effect.matchEager({
      onSuccess: ({ response, used }) => ({
        said: { ...response } as object,
        used: used as UsedRights | null | undefined,
        cause: undefined as unknown
      }),
      onFailure: ({ cause, code, message, ran: used }) => ({ said: { code, message } as object, used, cause })
    }),
    Effect.provide(Layer.provide(layer(defaultLimits), parts))
  )
  return Effect.map(outcome, ({ cause, said, used }) => ({
    said,
    used,
    cause,
    asked,
    executions,
    waits,
    lines,
    steps: asked.map(([name]) => name)
  }))
}

const failure = (reason: typeof ExecutionFailed.prototype.reason) => new ExecutionFailed({ reason, detail: "private" })

/** Fails with it after the handler has got the request and read, or before that. */
const failing =
  (reason: typeof ExecutionFailed.prototype.reason, after: boolean): ExecutorService["execute"] =>
  (_from, _http, _limits, onRun) =>
    Effect.gen(function* () {
      if (after) onRun?.(true)
      return yield* new ExecutionFailed({ reason, detail: "private", ran: after })
    })

describe("Execution", () => {
  it.effect("asks the gate, gets the component and runs it, each with the ids of the request", () =>
    Effect.gen(function* () {
      const { asked, said } = yield* ran(request())
      const key = { tenant, extension, hash }
      const { hostHeaders } = (asked[2]?.[2] ?? {}) as HttpRequest
      const headers = [{ name: "accept", value: "*/*" }]
      const http = { method: "POST", url: "/api/run?a=1", headers, hostHeaders, body: null }
      assert.deepEqual(asked, [
        ["gate", tenant, install],
        ["get", key],
        ["execute", "old", http, defaultLimits]
      ])
      assert.deepEqual(said, { status: 204, headers: {} })
    })
  )

  const hostHeadersOf = (of: ExecuteRequest, gate?: Answers["gate"]) =>
    Effect.map(ran(of, gate === undefined ? {} : { gate }), ({ asked }) => {
      const { hostHeaders = [] } = (asked.at(-1)?.[2] ?? {}) as HttpRequest
      return Object.fromEntries(hostHeaders.map(({ name, value }) => [name, value]))
    })

  it.effect("tells the handler which capabilities are effective", () =>
    Effect.gen(function* () {
      const gate = Effect.succeed({
        ...access,
        capabilities: parseCapabilities(["cap:service.read", "cap:client.read"])
      })
      const all = yield* hostHeadersOf(request(), gate)
      assert.strictEqual(all["x-alga-capabilities"], "cap:client.read,cap:service.read")
      const restricted = request({ rest: { providers: ["cap:service.read", "cap:storage.kv"] } })
      assert.strictEqual((yield* hostHeadersOf(restricted, gate))["x-alga-capabilities"], "cap:service.read")
    })
  )

  it.effect("tells the handler when its request was taken, also where it waited since", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_700_000_000_000)
      const deadline = yield* start(30_000)
      yield* TestClock.adjust(1_500)
      const late = yield* Effect.provideService(hostHeadersOf(request()), Deadline, deadline)
      assert.strictEqual(late["x-alga-request-time"], "1700000000000")
      // Taken a hundredth of a millisecond after that one began, and told 1,500.98 later, when the clock shows 1,500.
      const within = { ...deadline, started: deadline.started - 980_000n }
      const soon = yield* Effect.provideService(hostHeadersOf(request()), Deadline, within)
      assert.strictEqual(soon["x-alga-request-time"], "1700000000000")
      assert.strictEqual((yield* hostHeadersOf(request()))["x-alga-request-time"], "1700000001500")
    })
  )

  it.effect("gives each run of one request a seed of its own, of 32 bytes, also where a caller sends one", () =>
    Effect.gen(function* () {
      const forged = "A".repeat(43)
      const of = request({ http: { headers: { "X-Alga-Request-Seed": forged } } })
      const seeds = [yield* hostHeadersOf(of), yield* hostHeadersOf(of)].map((all) => all["x-alga-request-seed"] ?? "")
      for (const seed of seeds) assert.strictEqual(Buffer.from(seed, "base64url").byteLength, 32)
      assert.strictEqual(new Set([...seeds, forged]).size, 3)
    })
  )

  it.effect("makes the execution from the request, with nothing where nothing was said", () =>
    Effect.gen(function* () {
      const ids = { tenantId: tenant, extensionId: extension, installId: install, requestId: "request-1" }
      const bare = yield* ran(request())
      assert.deepEqual(bare.executions as ReadonlyArray<unknown>, [
        {
          ...ids,
          versionId: null,
          contentHash: hash,
          trigger: null,
          user: null,
          restrictTo: null,
          settings: null
        }
      ])
      const unknown = yield* ran(request({ rest: { user } }))
      assert.deepEqual(unknown.executions[0]?.user as unknown, {
        userId: user.user_id,
        userEmail: "",
        userName: "",
        userType: "",
        clientName: "",
        clientId: null,
        additionalFields: {}
      })
    })
  )

  it.effect("runs without a user where the caller's user has no id", () =>
    Effect.gen(function* () {
      const { executions } = yield* ran(request({ rest: { user: { user_id: "", user_name: "A" } } }))
      assert.isNull(executions[0]?.user)
    })
  )

  it.effect("hands over everything that the caller says of the execution and its user", () =>
    Effect.gen(function* () {
      const described = {
        ...user,
        user_email: "a@example.com",
        user_name: "A",
        user_type: "client",
        client_name: "North",
        company_name: "another name",
        client_id: uuid(6),
        additional_fields: { team: "blue" }
      }
      const context = { version_id: "v1", trigger: "manual" }
      const { executions } = yield* ran(request({ context, rest: { user: described } }))
      const [execution] = executions
      assert.deepEqual([execution?.versionId, execution?.trigger], ["v1", "manual"])
      assert.deepEqual(execution?.user as unknown, {
        userId: user.user_id,
        userEmail: "a@example.com",
        userName: "A",
        userType: "client",
        clientName: "North",
        clientId: uuid(6),
        additionalFields: { team: "blue" }
      })
      const alias = yield* ran(request({ rest: { user: { ...user, company_name: "North" } } }))
      assert.strictEqual(alias.executions[0]?.user?.clientName, "North")
    })
  )

  it.effect("restricts to the providers that are named, also where nobody knows one, and not where none is named", () =>
    Effect.gen(function* () {
      const some = yield* ran(request({ rest: { providers: [" CAP:client.read", "cap:made.up"] } }))
      assert.deepEqual([...(some.executions[0]?.restrictTo ?? [])], ["cap:client.read"])
      const unknown = yield* ran(request({ rest: { providers: ["cap:made.up"] } }))
      assert.deepEqual([...(unknown.executions[0]?.restrictTo ?? ["all"])], [])
      const none = yield* ran(request({ rest: { providers: [] } }))
      assert.isNull(none.executions[0]?.restrictTo)
    })
  )

  it.effect("lowers limits as the request says, and never raises them", () =>
    Effect.gen(function* () {
      const limitsOf = (limits: object) =>
        Effect.map(ran(request({ rest: { limits } })), ({ asked }) => asked.at(-1)?.[3])
      assert.deepEqual(yield* limitsOf({ timeout_ms: 5, memory_mb: 7 }), {
        ...defaultLimits,
        timeoutMs: 5,
        memoryMb: 7
      })
      assert.deepEqual(yield* limitsOf({ timeout_ms: 1e9, memory_mb: 1e9 }), defaultLimits)
    })
  )

  it.effect("refuses a schedule that names a user before it asks anything", () =>
    Effect.gen(function* () {
      const { said, steps } = yield* ran(request({ context: { schedule_id: "s" }, rest: { user } }))
      assert.deepEqual(said, {
        code: "invalid_request",
        message: "invalid_request: user: an execution of a schedule has no user"
      })
      assert.deepEqual(steps, [])
    })
  )

  it.effect.each([
    ["unknown", "unknown_install"],
    ["disabled", "install_disabled"],
    ["tenant-suspended", "tenant_suspended"]
  ] as const)("answers an install that is %s with %s, and looks for no component", ([reason, code]) =>
    Effect.gen(function* () {
      const { said, steps } = yield* ran(request(), { gate: Effect.fail(new InstallUnavailable({ reason })) })
      assert.deepEqual(said, { code, message: code })
      assert.deepEqual(steps, ["gate"])
    })
  )

  it.effect.each([
    ["unavailable", "data_unavailable"],
    ["timeout", "data_unavailable"],
    ["failed", "internal"],
    ["corrupt", "internal"]
  ] as const)("answers data that is %s with %s, and nothing of why", ([reason, code]) =>
    Effect.gen(function* () {
      const error = new DataSourceError({ reason, operation: "CapabilityGate.access", cause: new Error("private") })
      const { said, steps } = yield* ran(request(), { gate: Effect.fail(error) })
      assert.deepEqual(said, { code, message: code })
      assert.deepEqual(steps, ["gate"])
    })
  )

  it.effect("does not know an install of another extension", () =>
    Effect.gen(function* () {
      const other = { ...access, extensionId: ExtensionId.make(uuid(7)) }
      const { said } = yield* ran(request(), { gate: Effect.succeed(other) })
      assert.deepEqual(said, { code: "unknown_install", message: "unknown_install" })
    })
  )

  it.effect("runs where capabilities that nobody knows are declared or sent, which count for nothing", () =>
    Effect.gen(function* () {
      const declared = { ...access, unknownCapabilities: ["cap:a", "cap:b"] }
      const sent = request({ rest: { providers: ["cap:c", " CAP:Client.Read"] } })
      const { executions, said } = yield* ran(sent, { gate: Effect.succeed(declared) })
      assert.deepEqual(said, { status: 204, headers: {} })
      assert.deepEqual([...(executions[0]?.restrictTo ?? [])], ["cap:client.read"])
    })
  )

  it.effect("runs a content hash of the installed version, and no other", () =>
    Effect.gen(function* () {
      const others = { ...access, contentHashes: ["cd".repeat(32)] }
      const { said, steps } = yield* ran(request(), { gate: Effect.succeed(others) })
      assert.deepEqual(said, {
        code: "bundle_fetch_failed",
        message: "bundle_fetch_failed: the installed version has no bundle of this content hash"
      })
      assert.deepEqual(steps, ["gate"])
    })
  )

  it.effect("gets a component again whose files are gone, three times at most", () =>
    Effect.gen(function* () {
      const gone: ExecutorService["execute"] = (from) =>
        from.hash === "old"
          ? Effect.fail(failure("component-gone"))
          : Effect.succeed({ status: 200, headers: [], body: null })
      const { asked, said } = yield* ran(request(), { execute: gone })
      assert.deepEqual(
        asked.slice(1).map(([name, first, second]) => [name, name === "execute" ? first : second]),
        [
          ["get", undefined],
          ["execute", "old"],
          ["renew", "old"],
          ["execute", "new"]
        ]
      )
      assert.deepEqual(said, { status: 200, headers: {} })
      const always = yield* ran(request(), { execute: () => Effect.fail(failure("component-gone")) })
      const again = ["renew", "execute"]
      assert.deepEqual(always.steps, ["gate", "get", "execute", ...again, ...again, ...again])
      assert.propertyVal(always.said, "code", "execute_failed")
    })
  )

  it.effect.each([
    ["timeout", true],
    ["trap", true],
    ["crashed", true],
    ["response-too-large", true],
    ["component-gone", true],
    ["timeout", false],
    ["crashed", false],
    ["component-gone", false],
    ["memory-limit", false],
    ["request-too-large", false],
    ["unavailable", false],
    ["overloaded", false]
  ] as const)("says of one that ends as %s whether its handler had got the request: %s", ([reason, after]) =>
    Effect.gen(function* () {
      const { steps, used } = yield* ran(request(), { execute: failing(reason, after) })
      assert.deepEqual(used, after ? noRights : undefined)
      assert.strictEqual(steps.includes("renew"), reason === "component-gone" && !after)
    })
  )

  it.effect("waits for its rights, its component and the extension, in turn", () =>
    Effect.gen(function* () {
      const execute: ExecutorService["execute"] = (from) =>
        from === renewed
          ? Effect.succeed({ status: 200, headers: [], body: null })
          : Effect.fail(failure("component-gone"))
      const { waits } = yield* ran(request(), { execute })
      assert.deepEqual(waits, ["rights", "component", "extension", "component", "extension"])
    })
  )

  it.effect(
    "tells its deadline which rights it uses, from when its handler has got the request, unless its process never read it",
    () =>
      Effect.gen(function* () {
        const told: Array<unknown> = []
        const note = Effect.flatMap(Deadline, (deadline) => deadline?.ran ?? Effect.succeed(null)).pipe(
          Effect.tap((rights) => Effect.sync(() => told.push(rights)))
        )
        const execute: ExecutorService["execute"] = (_from, _http, _limits, onRun) =>
          note.pipe(
            Effect.andThen(Effect.sync(() => onRun?.(true))),
            Effect.andThen(note),
            Effect.andThen(Effect.sync(() => onRun?.(false))),
            Effect.andThen(note),
            Effect.as({ status: 200, headers: [], body: null })
          )
        yield* ran(request(), { execute })
        assert.deepEqual(told, [null, noRights, null])
      })
  )

  it.effect("says of one that no process read that nothing ran", () =>
    Effect.gen(function* () {
      const execute: ExecutorService["execute"] = (_from, _http, _limits, onRun) =>
        Effect.suspend(() => {
          onRun?.(true)
          onRun?.(false)
          return Effect.fail(failure("crashed"))
        })
      assert.isUndefined((yield* ran(request(), { execute })).used)
    })
  )

  it.effect("says of one that was refused before the sandbox that nothing ran", () =>
    Effect.gen(function* () {
      for (const gate of [
        Effect.fail(new InstallUnavailable({ reason: "disabled" })),
        Effect.succeed({ ...access, contentHashes: [] })
      ]) {
        assert.isUndefined((yield* ran(request(), { gate })).used)
      }
    })
  )

  it.effect("says which rights an answer, and a failure, rests on", () =>
    Effect.gen(function* () {
      const reading =
        (end: Effect.Effect<never, ExecutionFailed> | null): ExecutorService["execute"] =>
        (_from, _http, _limits, onRun) =>
          Effect.gen(function* () {
            onRun?.(true)
            const authorization = yield* Authorization
            yield* Effect.ignore(authorization.requireCapability("cap:client.read"))
            yield* Effect.ignore(authorization.requireCapability("cap:service.read"))
            yield* Effect.ignore(authorization.requirePermission("client:read"))
            return end === null ? { status: 204, headers: [], body: null } : yield* end
          }) as ReturnType<ExecutorService["execute"]>
      const used = { capabilities: ["cap:client.read"], permissions: ["client:read"], subject: null }
      for (const end of [null, Effect.fail(failure("trap"))]) {
        const scheduled = request({ context: { trigger: "schedule" } })
        assert.deepEqual((yield* ran(scheduled, { execute: reading(end) })).used as unknown, used)
        const nobodys = yield* ran(request(), { execute: reading(end) })
        assert.deepEqual(nobodys.used as unknown, { ...used, permissions: [] })
      }
    })
  )

  it.effect.each(["cap:secrets.get", "cap:ui.proxy"])(
    "has its secrets opened before its handler, with %s",
    (capability) =>
      Effect.gen(function* () {
        const gate = Effect.succeed({ ...access, capabilities: parseCapabilities([capability]) })
        const { said, steps, used, waits } = yield* ran(request(), { gate })
        assert.deepEqual([said, steps], [{ status: 204, headers: {} }, ["gate", "get", "secrets", "execute"]])
        assert.deepEqual(used, noRights)
        assert.deepEqual(waits, ["rights", "component", "secrets", "extension"])
      })
  )

  it.effect("has no secrets opened without either, nor where its caller leaves them out", () =>
    Effect.gen(function* () {
      assert.notInclude((yield* ran(request())).steps, "secrets")
      const gate = Effect.succeed({ ...access, capabilities: parseCapabilities(["cap:secrets.get", "cap:ui.proxy"]) })
      const left = request({ rest: { providers: ["cap:client.read"] } })
      assert.notInclude((yield* ran(left, { gate })).steps, "secrets")
      const one = request({ rest: { providers: ["cap:ui.proxy"] } })
      assert.include((yield* ran(one, { gate })).steps, "secrets")
    })
  )

  it.effect("ends before its handler, as if nothing had run, where its secrets cannot be opened", () =>
    Effect.gen(function* () {
      const gate = Effect.succeed({ ...access, capabilities: parseCapabilities(["cap:secrets.get"]) })
      const why = new Error("private")
      const bare = new SecretsError({ code: "denied" })
      for (const [error, known] of [
        [new SecretsError({ code: "internal", cause: why }), why],
        [bare, bare]
      ] as const) {
        const { cause, said, steps, used } = yield* ran(request(), { gate, secrets: Effect.fail(error) })
        assert.deepEqual(said, { code: "secret_decrypt_failed", message: "secret_decrypt_failed" })
        assert.deepEqual([steps, used], [["gate", "get", "secrets"], undefined])
        assert.strictEqual(cause, known)
      }
    })
  )

  it.effect("tells a failure of the extension among its lines, and no other", () =>
    Effect.gen(function* () {
      const gate = Effect.succeed({ ...access, capabilities: parseCapabilities(["cap:secrets.get"]) })
      const secrets = Effect.fail(new SecretsError({ code: "internal" }))
      const own = [
        yield* ran(request(), { execute: () => Effect.fail(failure("trap")) }),
        yield* ran(request(), { gate, secrets }),
        yield* ran(request(), { gate: Effect.succeed({ ...access, contentHashes: [] }) })
      ]
      for (const { lines, said } of own) {
        assert.deepEqual(
          lines.map(({ invocation, ...line }) => ({ ...line, install: invocation.installId })),
          [{ level: "error", message: (said as { readonly message: string }).message, isCut: false, install }]
        )
      }
      const others = [
        yield* ran(request()),
        yield* ran(request(), { execute: () => Effect.fail(failure("overloaded")) }),
        yield* ran(request(), { gate: Effect.fail(new InstallUnavailable({ reason: "disabled" })) })
      ]
      for (const { lines } of others) assert.deepEqual(lines, [])
    })
  )

  it.effect("tells its ports how much of its time is left", () =>
    Effect.gen(function* () {
      let left: number | null = null
      const execute: ExecutorService["execute"] = () =>
        Effect.map(Effect.flatten(TimeLeft), (millis) => {
          left = millis
          return { status: 204, headers: [], body: null }
        })
      yield* ran(request({ rest: { limits: { timeout_ms: 1_500 } } }), { execute })
      assert.strictEqual(left, 1_500)
    })
  )

  it.effect.each([
    ["timeout", "execute_failed"],
    ["trap", "execute_failed"],
    ["crashed", "execute_failed"],
    ["request-too-large", "payload_too_large"],
    ["overloaded", "overloaded"],
    ["unavailable", "overloaded"]
  ] as const)("answers an execution that ends as %s with %s, runs it once, and shows no detail", ([reason, code]) =>
    Effect.gen(function* () {
      const { said, steps } = yield* ran(request(), { execute: () => Effect.fail(failure(reason)) })
      const { message } = failure(reason)
      const detail = code === "execute_failed" ? `${reason}: ${message}` : message
      assert.deepEqual(said, { code, message: `${code}: ${detail}` })
      assert.deepEqual(steps, ["gate", "get", "execute"])
    })
  )
})
