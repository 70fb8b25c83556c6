import type { Chapter } from "../Requirement.ts"

/** The runner's HTTP. */
export const wire: Chapter = {
  title: "The runner over HTTP",
  requirements: [
    {
      id: "wire.1",
      sentence:
        "`POST /v1/execute` takes the context, the HTTP request, limits, providers and a user; unknown fields are ignored.",
      proofs: [
        [
          "ExecuteRequest.test.ts",
          /^ExecuteRequest > (reads ids|ignores fields|refuses what is malformed|hands the body over)/
        ],
        ["Execution.test.ts", /hands over everything that the caller says of the execution and its user/],
        ["Execution.test.ts", /makes the execution from the request, with nothing where nothing was said/]
      ]
    },
    {
      id: "wire.2",
      sentence: "The answer is JSON with status, headers and a base64 body, and HTTP 200 when the runner did its work.",
      proofs: [
        ["faults.e2e.test.ts", /answers with what the handler answered/],
        ["ExecuteRequest.test.ts", /^ExecuteResponse > /]
      ]
    },
    {
      id: "wire.3",
      sentence:
        "`x-alga-tenant` and `x-alga-extension` are there and agree with the body; else `missing_routing_headers` or a mismatch.",
      proofs: [["faults.e2e.test.ts", /refuses missing routing headers, and such as disagree with the body/]]
    },
    {
      id: "wire.4",
      sentence: "The caller proves itself with `x-runner-service-token`, compared in constant time.",
      proofs: [
        ["ServiceToken.test.ts", /accepts the token|header that today's callers send/],
        ["faults.e2e.test.ts", /refuses a caller without the token, and one with a wrong one/]
      ]
    },
    {
      id: "wire.5",
      sentence:
        "The check is switched off by an explicit setting alone, which is logged at start and visible in the configuration; never by leaving the token out.",
      proofs: [
        ["ServiceToken.test.ts", /accepts every caller only when the check is switched off, and says so in the log/],
        ["Settings.test.ts", /are none only where the check is switched off by name/],
        ["serve.integration.test.ts", /does not start without a token, and says what to set/]
      ]
    },
    {
      id: "wire.6",
      sentence: "Grants come from the install's record; `providers` restricts them and adds none.",
      proofs: [
        ["faults.e2e.test.ts", /restricts the execution to the providers that the caller names, and adds none/],
        [
          "Execution.test.ts",
          /restricts to the providers that are named, also where nobody knows one, and not where none is named/
        ],
        [/adapters-(memory|pg|wit)/, /^Guarded reads contract: .* does not let a restriction add what was not granted/]
      ]
    },
    {
      id: "wire.7",
      sentence: "`http.path` with the encoded `query` behind it is the handler's `url`.",
      proofs: [
        [
          "ExecuteRequest.test.ts",
          /puts the encoded query behind the path|leaves the path as it is where there is no query/
        ]
      ]
    },
    {
      id: "wire.8",
      sentence: "The content hash is `sha256:<hex>` or `<hex>`, and one of the installed version's.",
      proofs: [
        ["ExecuteRequest.test.ts", /reads ids and hashes in one spelling/],
        ["Execution.test.ts", /runs a content hash of the installed version, and no other/],
        ["faults.e2e.test.ts", /refuses a content hash that is not the installed version's/]
      ]
    },
    {
      id: "wire.9",
      sentence: "A request lowers the limits of time and memory and never raises them.",
      proofs: [
        ["Execution.test.ts", /lowers limits as the request says, and never raises them/],
        ["faults.e2e.test.ts", /ends a handler that never returns, at the request's own deadline/]
      ]
    },
    {
      id: "wire.10",
      sentence: "`unknown_capabilities: …` names them, with 400.",
      proofs: [["faults.e2e.test.ts", /names the capabilities that it does not know/]]
    },
    {
      id: "wire.11",
      sentence: "`bundle_fetch_failed: …` tells of a bundle that cannot be had, with 502.",
      proofs: [["faults.e2e.test.ts", /refuses a (content hash|bundle whose component is none)/]]
    },
    {
      id: "wire.12",
      sentence: "`execute_failed: …` tells of a handler that failed, with 500, and nothing of what it threw.",
      proofs: [
        ["faults.e2e.test.ts", /reports a handler that traps, and nothing of what it threw/],
        ["Execution.test.ts", /answers an execution that ends as/]
      ]
    },
    {
      id: "wire.13",
      sentence: "An `x-request-id` is answered, logged and traced.",
      proofs: [
        ["faults.e2e.test.ts", /gives every answer a request id/],
        ["telemetry.integration.test.ts", /follows a request from the gateway's id/]
      ]
    },
    {
      id: "wire.14",
      sentence: "The same `x-idempotency-key` and body are carried out once.",
      proofs: [
        [/(idempotency|pgIdempotency)\.integration\.test\.ts$/, /./],
        ["Fingerprint.test.ts", /Two requests under one key > differ in their/],
        ["Fingerprint.test.ts", /Two requests under one key > (?!differ in their)/],
        ["KeptAnswer.test.ts", /What is kept of an execution/],
        ["AnswerRights.test.ts", /An answer that was kept/]
      ]
    },
    {
      id: "wire.15",
      sentence: "`GET /healthz` says that the runner is alive.",
      proofs: [["faults.e2e.test.ts", /say that the runner is alive/]]
    },
    {
      id: "wire.16",
      sentence: "`POST /warmup` takes a bundle in ahead of its first execution.",
      proofs: [["http.e2e.test.ts", /^POST \/warmup/]]
    },
    {
      id: "wire.17",
      sentence: "`GET /ext-ui/{extensionId}/{contentHash}/{path}` serves the page's files, and nothing beside them.",
      proofs: [["http.e2e.test.ts", /^GET \/ext-ui/]]
    },
    {
      id: "wire.18",
      sentence: "Bodies are bounded.",
      proofs: [
        ["faults.e2e.test.ts", /refuses a body that is no JSON, no UTF-8 or too large/],
        ["http.e2e.test.ts", /refused with 413/],
        ["Sandbox.e2e.test.ts", /(takes a request|hands over a response) of the limit, and not a larger one/]
      ]
    }
  ]
}
