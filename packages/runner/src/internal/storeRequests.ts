import { AwsClient } from "aws4fetch"
import { Effect, Redacted } from "effect"
import { BundleStoreError } from "../BundleStore.ts"

/** What signs requests (AWS signature version 4). */
export interface StoreCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: Redacted.Redacted
  readonly sessionToken?: Redacted.Redacted
  readonly region: string
}

/** Where a store over HTTP is. */
export interface StoreAddress {
  /** Such as `https://s3.eu-central-1.amazonaws.com/bucket`; the bundle's path follows it. */
  readonly base: string
  /** Null sends requests unsigned. */
  readonly credentials: StoreCredentials | null
}

/** What the store, or the way to it, failed with. */
export const unavailable = (cause: unknown) => new BundleStoreError({ reason: "unavailable", cause })

const signer = (credentials: StoreCredentials | null): ((url: string, init: RequestInit) => Promise<Request>) => {
  if (credentials === null) return async (url, init) => new Request(url, init)
  const client = new AwsClient({
    accessKeyId: credentials.accessKeyId,
    secretAccessKey: Redacted.value(credentials.secretAccessKey),
    ...(credentials.sessionToken ? { sessionToken: Redacted.value(credentials.sessionToken) } : {}),
    region: credentials.region,
    service: "s3"
  })
  return (url, init) => client.sign(url, init)
}

/** Sends requests to paths of a store over HTTP, signed where it has credentials. Redirects are not followed. */
export const storeRequests = ({ base, credentials }: StoreAddress) => {
  const sign = signer(credentials)
  const root = base.replace(/\/+$/, "")
  return <A>(path: string, init: RequestInit, use: (response: Response) => Promise<A>) =>
    Effect.tryPromise({
      try: async (signal) =>
        use(await fetch(await sign(`${root}/${path}`, { ...init, redirect: "error" }), { signal })),
      catch: (cause) => (cause instanceof BundleStoreError ? cause : unavailable(cause))
    })
}
