import { randomUUID } from "node:crypto"
import { foreignJson, foreignText } from "@alga-psa/ext-adapters-wit/ForeignText"
import { printBytes } from "@alga-psa/ext-adapters-wit/ProgramEnd"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Console, Effect, Layer, Logger, Option, Redacted, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { HttpClient, HttpClientRequest, HttpClientResponse } from "effect/http"
import { layerSink } from "../Access.ts"
import type { ExecuteRequest } from "../ExecuteRequest.ts"
import { ExecuteResponse } from "../ExecuteResponse.ts"
import { Execution } from "../Execution.ts"
import { exitCodes } from "../ExitCode.ts"
import { progress } from "../internal/progress.ts"
import { jsonLogger } from "../LogLine.ts"
import { serviceTokenHeader } from "../ServiceToken.ts"
import { layerFromSettings } from "../SettingsLayers.ts"
import { loadSettings } from "../SettingsSource.ts"
import { requestFlags, requestOf } from "./executeRequest.ts"
import { secretOf } from "./secretOf.ts"
import { settingsFile } from "./settingsFile.ts"

/** The runner did not carry the execution out. The message is the runner's own. */
export class ExecutionRefused extends Schema.TaggedError<ExecutionRefused>()("ExecutionRefused", {
  message: Schema.String
}) {}

const remote = Effect.fnUntraced(function* (url: string, { context }: ExecuteRequest, json: unknown) {
  const token = yield* secretOf("RUNNER_SERVICE_TOKEN")
  const headers = {
    "x-request-id": randomUUID(),
    "x-alga-tenant": context.tenant_id,
    "x-alga-extension": context.extension_id,
    ...(Option.isSome(token) ? { [serviceTokenHeader]: Redacted.value(token.value) } : {})
  }
  const response = yield* HttpClientRequest.post(`${url.replace(/\/$/, "")}/v1/execute`, { headers }).pipe(
    HttpClientRequest.bodyJsonUnsafe(json),
    HttpClient.execute,
    Effect.mapError(() => new ExecutionRefused({ message: `no runner answers at ${url}` }))
  )
  const answer = yield* Effect.mapError(
    HttpClientResponse.schemaBodyJson(ExecuteResponse)(response),
    () => new ExecutionRefused({ message: `${url} answered ${response.status}, and not as a runner does` })
  )
  return answer.error === undefined ? answer : yield* new ExecutionRefused({ message: answer.error })
})

const local = Effect.fnUntraced(function* (file: Option.Option<string>, request: ExecuteRequest) {
  const settings = yield* loadSettings(file)
  const outcome = yield* Effect.flatMap(Execution, (execution) => execution.run(request, randomUUID())).pipe(
    Effect.provide(Layer.provide(layerFromSettings(settings, { once: true }), layerSink(settings)))
  )
  return outcome.response
})

const longestHeader = 8_192

const print = Effect.fnUntraced(function* (answer: ExecuteResponse, asJson: boolean) {
  if (asJson) return yield* Console.log(foreignJson(answer))
  yield* Console.error(`status ${answer.status}`)
  for (const [name, value] of Object.entries(answer.headers)) {
    yield* Console.error(foreignText(`${name}: ${value}`, longestHeader))
  }
  yield* printBytes(Buffer.from(answer.body_b64 ?? "", "base64"))
})

/** `execute`: one execution, in this process or by a runner that serves. */
export const execute = Command.make(
  "execute",
  {
    ...requestFlags,
    settingsFile,
    url: Flag.String("url").pipe(
      Flag.optional,
      Flag.withDescription("The address of a serving runner; without it, the execution runs in this process")
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Print the answer as one JSON object")
    ),
    logs: Flag.Boolean("logs").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Print the runner's log to standard error, as JSON lines")
    )
  },
  (flags) =>
    Effect.gen(function* () {
      const { json, request } = yield* requestOf(flags)
      const answer: ExecuteResponse = Option.isSome(flags.url)
        ? yield* progress("executing")(remote(flags.url.value, request, json))
        : yield* progress("executing")(local(flags.settingsFile, request))
      yield* print(answer, flags.json)
      if (answer.status >= 400) process.exitCode = exitCodes.handler
    }).pipe(
      Effect.provide([
        NodeHttpClient.layerUndici,
        Logger.layer(flags.logs ? [jsonLogger] : []),
        Layer.succeed(Logger.LogToStderr, true)
      ])
    )
).pipe(
  Command.withDescription(
    "Run an installed extension once; its body goes to standard output, status and headers to standard error"
  ),
  Command.withExamples([
    {
      command: "alga-extension-runner execute --request request.json",
      description: "In this process, with the settings of serve"
    },
    {
      command:
        "alga-extension-runner execute --url http://127.0.0.1:8080 --tenant T --extension E --install I --content-hash H --user U --path /api/clients --query search=north",
      description: "By a serving runner, with the token in RUNNER_SERVICE_TOKEN"
    }
  ])
)
