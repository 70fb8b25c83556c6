import { inspect } from "node:util"
import { AccessRecord } from "@alga-psa/ext-domain/AccessRecord"
import { decodeClientIds, decodeClientsPageQuery, decodeClientsQuery } from "@alga-psa/ext-domain/Clients"
import { ContentHash } from "@alga-psa/ext-domain/ContentHash"
import { HostName } from "@alga-psa/ext-domain/HostName"
import * as Identifiers from "@alga-psa/ext-domain/Identifiers"
import { decodeManifest } from "@alga-psa/ext-domain/Manifest"
import { decodeServiceIds, decodeServicesPageQuery, decodeServicesQuery } from "@alga-psa/ext-domain/Services"
import { Cause, Effect, Exit, Redacted, Schema } from "effect"
import { ExecuteRequest, KeptRequest } from "../src/ExecuteRequest.ts"
import { aboutSetting, Settings, settingNames } from "../src/Settings.ts"
import { decodedRows } from "./DecodedRows.ts"
import { oddValues, varied } from "./VariedValues.ts"

/**
 * Decodes good and odd values by the schemas that the runner gets values of others for. Prints the number of schemas that were
 * compiled, then a JSON line for each value: what decoded it, whether it was taken, and the result or what is wrong.
 */
let compiled = 0
globalThis.Function = new Proxy(Function, {
  apply: (target, self, args) => {
    compiled += 1
    return Reflect.apply(target, self, args)
  }
})

const id = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
const hash = "0".repeat(64)

const context = { tenant_id: id, extension_id: id, install_id: id, content_hash: `sha256:${hash}` }
const user = { user_id: id, client_id: "", user_email: "a", user_name: "b", user_type: "internal" }
const request = {
  context: { ...context, request_id: "r", version_id: "v", trigger: "x", schedule_id: "s", config: { a: "b" } },
  http: { method: "GET", path: "/", query: { a: "b", c: [1] }, headers: { a: "b" }, body_b64: "AA==" },
  limits: { timeout_ms: 1.5, memory_mb: 2 },
  providers: ["cap:client.read"],
  user: { ...user, client_name: "c", company_name: "d", additional_fields: { a: "b" } },
  secret_envelope: { a: 1 }
}
const record = {
  time: "2026-01-31T08:00:00.000Z",
  operation: "clients.list",
  outcome: "ok",
  capability: "cap:client.read",
  tenant: id,
  extension: id,
  install: id,
  version: id,
  contentHash: hash,
  user: id,
  trigger: null,
  requestId: "r",
  source: "todays-runner",
  durationMs: 1.5,
  resultCount: 1,
  missing: "a",
  field: "b",
  why: "c"
}
const listed = { search: "a", page: 1, pageSize: 10 }
const placed = { search: "a", pageSize: 10, after: null, withTotal: true }
const kinds = { itemKind: "service", isActive: true, billingMethod: "fixed" }
const manifest = { name: "a", publisher: "b", version: "1.0.0", capabilities: ["cap:client.read"] }

const settings = [
  ...["", " ", "0", "1", "-1", "1.5", "8080", "70000", "1048576", "99999999999", "0x10", "1e3", " 5 "],
  ...["on", "off", "a", "\0", "a=b", "GET,POST", "5 seconds", "1 millis", "/folder", "x".repeat(40)],
  ...["http://a.example", "https://u:p@a.example/b", "postgres://a:b@c/d", "redis://a", "*.a.example", 1]
]

type Decode = (value: unknown) => Effect.Effect<unknown, unknown>

const by = (schema: Schema.Decoder<unknown>): Decode => Schema.decodeUnknownEffect(schema)

const decoders: ReadonlyArray<readonly [name: string, decode: Decode, values: ReadonlyArray<unknown>]> = [
  ["request", by(ExecuteRequest), varied(request)],
  ["kept request", by(KeptRequest), varied(request)],
  ["clients query", decodeClientsQuery, varied({ ...listed, includeInactive: true })],
  ["clients page", decodeClientsPageQuery, varied({ ...placed, includeInactive: true, tags: ["a"] })],
  ["client ids", decodeClientIds, oddValues],
  ["services query", decodeServicesQuery, varied({ ...listed, ...kinds })],
  ["services page", decodeServicesPageQuery, varied({ ...placed, ...kinds })],
  ["service ids", decodeServiceIds, oddValues],
  ["manifest", decodeManifest, varied(manifest)],
  ["access record", by(AccessRecord), varied(record)],
  ["host name", by(HostName), [...oddValues, "a.example"]],
  ["content hash", by(ContentHash), [...oddValues, hash, `sha256:${hash}`]],
  ...Object.entries(Identifiers).map(([name, schema]) => [name, by(schema), oddValues] as const),
  ...settingNames.map((name) => [name, by(Settings.fields[name]), [aboutSetting(name).fallback, ...settings]] as const)
]

/** A value with what is sealed in it, at most two levels down. */
const opened = (value: unknown, depth = 2): unknown => {
  if (Redacted.isRedacted(value)) return { sealed: Redacted.value(value) }
  if (depth === 0 || typeof value !== "object" || value === null) return value
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, opened(field, depth - 1)]))
}

const shown = (value: unknown) => inspect(value, { depth: null, maxArrayLength: null, maxStringLength: null })

const wrong = (error: unknown): unknown =>
  error instanceof Error ? { ...error, message: error.message, cause: wrong(error.cause), issue: null } : error

const lineOf = (name: string, exit: Exit.Exit<unknown, unknown>): string => {
  const [outcome, value] = Exit.isSuccess(exit)
    ? ["accepted", opened(exit.value)]
    : [Cause.hasDies(exit.cause) ? "died" : "refused", wrong(Cause.squash(exit.cause))]
  return JSON.stringify([name, outcome, shown(value)])
}

const ofInputs = decoders.flatMap(([name, decode, values]) =>
  values.map((value) => ({ name, exit: Effect.runSyncExit(Effect.suspend(() => decode(value))) }))
)
const ofRows = await Effect.runPromise(decodedRows)
console.log([compiled, ...[...ofInputs, ...ofRows].map(({ exit, name }) => lineOf(name, exit))].join("\n"))
