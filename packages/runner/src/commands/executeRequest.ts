import { readFile } from "node:fs/promises"
import { firstRule } from "@alga-psa/ext-domain"
import { Effect, Option, Schema } from "effect"
import { Flag } from "effect/cli"
import { ExecuteRequest } from "../ExecuteRequest.ts"
import { UsageWrong } from "../ExitCode.ts"

const given = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.optional, Flag.withDescription(description))
const pairs = (name: string, description: string) =>
  Flag.KeyValuePair(name).pipe(Flag.optional, Flag.withDescription(description))

/** The flags that make a request, or change the one in a file. */
export const requestFlags = {
  request: given("request", "File with the JSON body of POST /v1/execute; the other flags change it"),
  tenant: given("tenant", "Tenant id"),
  extension: given("extension", "Extension id in the registry"),
  install: given("install", "Install id"),
  contentHash: given("content-hash", "Hash of the bundle, sha256:<hex>"),
  user: given("user", "Id of the user that it runs for; without one, it runs as if started by a schedule"),
  method: given("method", "HTTP method. Default: GET"),
  path: given("path", "Path for the handler. Default: /"),
  query: pairs("query", "A query parameter, name=value; may be repeated"),
  header: pairs("header", "A header, name=value; may be repeated"),
  body: given("body", "File with the body for the handler")
} as const

type Given = Option.Option<string>

/** What the flags say. */
export type RequestFlags = {
  readonly [Name in keyof typeof requestFlags]: Name extends "query" | "header"
    ? Option.Option<Record<string, string>>
    : Given
}

const read = (file: string) =>
  Effect.tryPromise({
    try: () => readFile(file),
    catch: () => new UsageWrong({ message: `${file} cannot be read` })
  })

const parsed = (text: string, file: string) =>
  Effect.try({
    try: () => JSON.parse(text) as Partial<Record<"context" | "http", object>>,
    catch: () => new UsageWrong({ message: `${file} is not JSON` })
  })

const defined = (fields: Record<string, Option.Option<unknown>>) =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (Option.isSome(value) ? [[name, value.value]] : []))
  )

/** The JSON body of the request that the flags make. */
export const requestOf = Effect.fnUntraced(function* (flags: RequestFlags) {
  const file = Option.getOrUndefined(flags.request)
  const base = file === undefined ? {} : yield* parsed((yield* read(file)).toString("utf8"), file)
  const body = Option.isSome(flags.body)
    ? Option.some((yield* read(flags.body.value)).toString("base64"))
    : Option.none()
  const user = Option.isSome(flags.user) ? { user: { user_id: flags.user.value } } : {}
  const context = {
    ...(file === undefined && Option.isNone(flags.user) ? { trigger: "schedule" } : {}),
    ...base.context,
    ...defined({
      tenant_id: flags.tenant,
      extension_id: flags.extension,
      install_id: flags.install,
      content_hash: flags.contentHash
    })
  }
  const http = {
    method: "GET",
    path: "/",
    ...base.http,
    ...defined({ method: flags.method, path: flags.path, query: flags.query, headers: flags.header, body_b64: body })
  }
  const json: unknown = { ...base, ...user, context, http }
  const request = yield* Effect.mapError(
    Schema.decodeUnknownEffect(ExecuteRequest)(json),
    ({ issue }) => new UsageWrong({ message: `the request is not complete: ${firstRule(issue)}` })
  )
  return { json, request }
})
