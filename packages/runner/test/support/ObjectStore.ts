import { createHash, createHmac } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { buffer } from "node:stream/consumers"
import { Effect } from "effect"

/** Who may read from the object store. */
export const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a secret key", region: "eu-central-1" }

const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest()
const hex = (text: string) => createHash("sha256").update(text).digest("hex")

/** Whether a request carries a right AWS signature version 4 of the one known key. */
const signed = (request: IncomingMessage): boolean => {
  const { authorization = "" } = request.headers
  const parts = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
    authorization
  )
  const [, credential = "", names = "", signature] = parts ?? []
  const [keyId, day = "", region = "", service = "", kind] = credential.split("/")
  const date = String(request.headers["x-amz-date"])
  if (keyId !== credentials.accessKeyId || region !== credentials.region || kind !== "aws4_request") return false
  const headers = names.split(";").map((name) => `${name}:${String(request.headers[name]).trim()}\n`)
  const payload = String(request.headers["x-amz-content-sha256"])
  const canonical = [request.method, request.url, "", headers.join(""), names, payload].join("\n")
  const text = ["AWS4-HMAC-SHA256", date, `${day}/${region}/${service}/aws4_request`, hex(canonical)].join("\n")
  const key = [day, region, service, "aws4_request"].reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`)
  return hmac(key, text).toString("hex") === signature
}

/** An object store on loopback that gives and takes objects only where the request is signed. */
export interface ObjectStore {
  readonly base: string
  readonly objects: Map<string, Uint8Array>
  /** Answers instead of the store where it is set. */
  trouble: ((request: IncomingMessage, response: ServerResponse) => void) | null
  /** How many requests arrived. */
  requests: number
}

/** Keeps an object whose bytes have the hash that was signed. */
const keep = async (store: ObjectStore, name: string, request: IncomingMessage, response: ServerResponse) => {
  // Who is killed does not send all of it.
  const bytes = await buffer(request).catch(() => Buffer.alloc(0))
  const isRight = createHash("sha256").update(bytes).digest("hex") === request.headers["x-amz-content-sha256"]
  if (isRight) store.objects.set(name, bytes)
  response.writeHead(isRight ? 200 : 400).end()
}

const answer = (store: ObjectStore, request: IncomingMessage, response: ServerResponse) => {
  store.requests += 1
  if (store.trouble !== null) return store.trouble(request, response)
  if (!signed(request)) return response.writeHead(403).end("<Error><Code>SignatureDoesNotMatch</Code></Error>")
  const name = (request.url ?? "").replace("/bucket/", "")
  if (request.method === "PUT") return void keep(store, name, request, response)
  if (request.method === "DELETE") return response.writeHead(store.objects.delete(name) ? 204 : 404).end()
  const object = store.objects.get(name)
  return object === undefined ? response.writeHead(404).end("<Error/>") : response.end(object)
}

/** Starts an object store until the scope closes. */
export const objectStore = Effect.acquireRelease(
  Effect.callback<{ readonly store: ObjectStore; readonly close: () => void }>((resume) => {
    const store: ObjectStore = { base: "", objects: new Map(), trouble: null, requests: 0 }
    // A connection that is not used ends where its caller ends it, however long a busy machine takes.
    const server = createServer(
      { keepAliveTimeout: 3_600_000 },
      (request, response) => void answer(store, request, response)
    )
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      const close = () => {
        server.close()
        server.closeAllConnections()
      }
      resume(Effect.succeed({ store: Object.assign(store, { base: `http://127.0.0.1:${port}/bucket/` }), close }))
    })
  }),
  ({ close }) => Effect.sync(close)
).pipe(Effect.map(({ store }) => store))
