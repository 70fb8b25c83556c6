import { readFile } from "node:fs/promises"
import { join } from "node:path"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Context, type Duration, Effect, Layer, Schema } from "effect"
import { HttpClient, HttpClientError, HttpClientRequest, HttpClientResponse } from "effect/http"

/** The pods that are runners of one cluster, and who asks for them. */
export interface KubernetesOptions {
  /** The API's base, such as `https://kubernetes.default.svc`. */
  readonly api: string
  /** The directory that Kubernetes mounts for a service account: `token`, `ca.crt` and `namespace`. */
  readonly account: string
  /** Null for the account's own. */
  readonly namespace: string | null
  /** The labels that the pods have, as in `app.kubernetes.io/name=alga-extension-runner`. */
  readonly selector: string
  /** How long the API may take for one answer. */
  readonly timeout: Duration.Duration
}

const forbidden = "the service account needs a Role that may list pods, and a RoleBinding"
const unauthorized = "it does not know the service account's token"

/** Kubernetes did not say which pods there are. `unanswered` may pass by itself; the others need an operator. */
export class KubernetesFailed extends Schema.TaggedError<KubernetesFailed>()("KubernetesFailed", {
  reason: Schema.Literals([
    "no-account",
    "untrusted",
    "unauthorized",
    "forbidden",
    "unexpected",
    "unanswered",
    "not-listed"
  ]),
  why: Schema.String
}) {
  override get message(): string {
    return this.why
  }
}

/** A running pod: its address, and whether its containers are ready. */
export interface RunningPod {
  readonly address: string
  readonly ready: boolean
}

/** The running pods of a cluster's runners, as the Kubernetes API says. */
export class KubernetesPods extends Context.Service<
  KubernetesPods,
  {
    readonly list: Effect.Effect<ReadonlyArray<RunningPod>, KubernetesFailed>
    /** Which pods are asked for, in words. */
    readonly asked: string
  }
>()("@alga-psa/ext-runner-cluster/KubernetesPods") {}

const PodList = Schema.Struct({
  kind: Schema.Literal("PodList"),
  items: Schema.Array(
    Schema.Struct({
      status: Schema.Struct({
        podIP: Schema.optional(Schema.String),
        conditions: Schema.optional(Schema.Array(Schema.Struct({ type: Schema.String, status: Schema.String })))
      })
    })
  )
})

const Status = Schema.Struct({ message: Schema.String })

const inFile = (account: string, name: string) => {
  const file = join(account, name)
  const missing = new KubernetesFailed({
    reason: "no-account",
    why: `no service account: ${file} cannot be read or is empty; set automountServiceAccountToken: true on the pod`
  })
  return Effect.tryPromise({ try: () => readFile(file, "utf8"), catch: () => missing }).pipe(
    Effect.map((text) => text.trim()),
    Effect.filterOrFail(
      (text) => text !== "",
      () => missing
    )
  )
}

/** Node's codes of certificates that it does not trust. */
const untrusted = /CERT|SIGNATURE|ISSUER|CA_SIGN/

const unsent = (api: string, cause: unknown) => {
  const code = String((cause as { readonly code?: unknown } | null)?.code ?? "no answer")
  return untrusted.test(code)
    ? new KubernetesFailed({
        reason: "untrusted",
        why: `${api} has a certificate that the service account's ca.crt did not sign (${code})`
      })
    : new KubernetesFailed({ reason: "unanswered", why: `${api} does not answer (${code})` })
}

const refused = (api: string, response: HttpClientResponse.HttpClientResponse) =>
  HttpClientResponse.schemaBodyJson(Status)(response).pipe(
    Effect.orElseSucceed(() => ({ message: "" })),
    Effect.flatMap(({ message }) => {
      const { status } = response
      const answer = `${api} answered ${status}${message === "" ? "" : ` (${message.slice(0, 300)})`}`
      if (status === 401) return new KubernetesFailed({ reason: "unauthorized", why: `${answer}: ${unauthorized}` })
      if (status === 403) return new KubernetesFailed({ reason: "forbidden", why: `${answer}: ${forbidden}` })
      return new KubernetesFailed({
        reason: status === 429 || status >= 500 ? "unanswered" : "unexpected",
        why: answer
      })
    })
  )

/**
 * Asks the API with the service account's token. Token, authority and connection are new each time: Kubernetes renews the
 * first two while the pod runs.
 */
export const layer = ({
  account,
  api,
  namespace,
  selector,
  timeout
}: KubernetesOptions): Layer.Layer<KubernetesPods> => {
  const ask = Effect.gen(function* () {
    const token = yield* inFile(account, "token")
    const ca = yield* inFile(account, "ca.crt")
    const folder = encodeURIComponent(namespace ?? (yield* inFile(account, "namespace")))
    const request = HttpClientRequest.get(`${api.replace(/\/+$/, "")}/api/v1/namespaces/${folder}/pods`).pipe(
      HttpClientRequest.setUrlParams({ fieldSelector: "status.phase=Running", labelSelector: selector }),
      HttpClientRequest.bearerToken(token),
      HttpClientRequest.acceptJson
    )
    return yield* HttpClient.execute(request).pipe(
      Effect.catch((error) => Effect.fail(unsent(api, error.cause))),
      Effect.flatMap((response) =>
        response.status !== 200
          ? refused(api, response)
          : Effect.mapError(HttpClientResponse.schemaBodyJson(PodList)(response), (error) =>
              HttpClientError.isHttpClientError(error)
                ? unsent(api, error.cause)
                : new KubernetesFailed({ reason: "unexpected", why: `${api} did not answer with a list of pods` })
            )
      ),
      Effect.provide(NodeHttpClient.layerUndiciOptions({ connect: { ca } }))
    )
  })
  const list = ask.pipe(
    Effect.timeoutOrElse({ duration: timeout, orElse: () => Effect.fail(unsent(api, { code: "timeout" })) }),
    Effect.withTracerEnabled(false),
    Effect.map(({ items }) =>
      items.flatMap(({ status: { conditions = [], podIP } }): ReadonlyArray<RunningPod> => {
        const ready = conditions.some(({ status, type }) => type === "Ready" && status === "True")
        return podIP === undefined ? [] : [{ address: podIP, ready }]
      })
    )
  )
  const asked = `namespace ${namespace ?? "of the service account"}, labels ${selector}`
  return Layer.succeed(KubernetesPods, { list, asked })
}
