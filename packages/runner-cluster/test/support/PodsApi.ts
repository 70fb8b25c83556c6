import { mkdir, writeFile } from "node:fs/promises"
import { createServer, type Server } from "node:https"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { ownLoopback } from "@alga-psa/ext-runner/testing/Loopback"
import { temporary } from "@alga-psa/ext-runner/testing/Temporary"
import { Effect, type Scope } from "effect"
import { generate } from "selfsigned"

/** A pod as the API shows it. */
export interface PodFixture {
  readonly address: string
  ready: boolean
  phase?: "Running" | "Failed"
  labels?: Readonly<Record<string, string>>
}

/** A server that speaks the part of the Kubernetes API that lists pods, over TLS, to one service account. */
export interface PodsApi {
  readonly url: string
  /** The directory of its service account. */
  readonly account: string
  readonly pods: Map<string, PodFixture>
  /** The lists that it was asked for. */
  lists: number
  /** Whether it answers, says that it cannot, or accepts connections and says nothing. */
  mood: "well" | "unwell" | "silent"
  /** Refuses connections, and ends who is there, until it comes back. */
  readonly away: Effect.Effect<void>
  readonly back: Effect.Effect<void>
  /** Gives the account another token; the one before is no longer valid. */
  readonly renew: Effect.Effect<void>
}

/** The labels and the namespace of the pods. */
export const selector = "app.kubernetes.io/name=alga-extension-runner"
const namespace = "extensions"
const [label = "", name = ""] = selector.split("=")

const podOf = ({ address, labels = { [label]: name }, phase = "Running", ready }: PodFixture) => ({
  metadata: { name: `runner-${address}`, namespace, labels },
  status: {
    phase,
    podIP: address,
    conditions: [
      { type: "Initialized", status: "True", lastProbeTime: null, lastTransitionTime: "2026-01-01T00:00:00Z" },
      { type: "Ready", status: ready ? "True" : "False", lastProbeTime: null, lastTransitionTime: null }
    ]
  }
})

const statusOf = (code: number, reason: string, message: string) => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message,
  reason,
  code
})

const answerTo = (api: PodsApi, token: string, path: string, authorization: string | undefined) => {
  if (api.mood === "unwell") return statusOf(503, "ServiceUnavailable", "etcd is away")
  const url = new URL(path, "https://api")
  if (authorization !== `Bearer ${token}`) return statusOf(401, "Unauthorized", "Unauthorized")
  if (url.pathname !== `/api/v1/namespaces/${namespace}/pods`) {
    return statusOf(403, "Forbidden", 'pods is forbidden: User "system:serviceaccount:extensions:runner" cannot list')
  }
  const [wantedLabel = "", wanted] = (url.searchParams.get("labelSelector") ?? "").split("=")
  const [field, phase] = (url.searchParams.get("fieldSelector") ?? "").split("=")
  const items = [...api.pods.values()].map(podOf).filter(({ metadata, status }) => {
    const labels: Readonly<Record<string, string>> = metadata.labels
    return labels[wantedLabel] === wanted && (field !== "status.phase" || status.phase === phase)
  })
  return { kind: "PodList", apiVersion: "v1", metadata: { resourceVersion: "1" }, items }
}

const listen = (server: Server, host: string, port: number) =>
  Effect.promise(() => new Promise<void>((done) => server.listen(port, host, () => done())))

const close = (server: Server) =>
  Effect.promise(
    () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      })
  )

/** Starts such a server until the scope closes. */
export const podsApi: Effect.Effect<PodsApi, never, Scope.Scope> = Effect.gen(function* () {
  const host = ownLoopback()
  const { cert, private: key } = yield* Effect.promise(() =>
    generate([{ name: "commonName", value: "kubernetes" }], {
      keyType: "ec",
      algorithm: "sha256",
      extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: host }] }]
    })
  )
  let token = ""
  const account = join(yield* temporary, "serviceaccount")
  yield* Effect.promise(async () => {
    await mkdir(account)
    await writeFile(join(account, "ca.crt"), cert)
    await writeFile(join(account, "namespace"), namespace)
  })
  const renew = Effect.promise(() => {
    token = crypto.randomUUID()
    return writeFile(join(account, "token"), `${token}\n`)
  })
  yield* renew
  const server = createServer({ cert, key }, (request, response) => {
    api.lists += 1
    if (api.mood === "silent") return
    const answer = answerTo(api, token, request.url ?? "", request.headers.authorization)
    response.writeHead("code" in answer ? answer.code : 200, { "content-type": "application/json" })
    response.end(JSON.stringify(answer))
  })
  yield* Effect.acquireRelease(listen(server, host, 0), () => close(server))
  const { port } = server.address() as AddressInfo
  const api: PodsApi = {
    url: `https://${host}:${port}`,
    account,
    pods: new Map(),
    lists: 0,
    mood: "well",
    away: close(server),
    back: listen(server, host, port),
    renew
  }
  return api
})
