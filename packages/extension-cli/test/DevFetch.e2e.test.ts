import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { type EgressEntry, parseEgressAllowlist } from "@alga-psa/ext-adapters-http"
import { packageName } from "@alga-psa/ext-adapters-wit"
import { asExecution } from "@alga-psa/ext-domain"
import { bareExecution } from "@alga-psa/ext-domain/testing/bareExecution"
import { egressOf } from "@alga-psa/ext-runner/Egress"
import { afterAll, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { place } from "../src/dev/DevDatabase.ts"
import { makeDevFetch } from "../src/dev/DevFetch.ts"
import { outcomeOf } from "../src/dev/internal/outcomes.ts"

let asked = 0
let port = 0
const outside = createServer((_request, response) => {
  asked += 1
  response.end("from outside")
})

beforeAll(async () => {
  await new Promise<void>((resolve) => outside.listen(0, "127.0.0.1", resolve))
  port = (outside.address() as AddressInfo).port
})
afterAll(() => {
  outside.closeAllConnections()
  outside.close()
})
beforeEach(() => {
  asked = 0
})

const listed = (...origins: ReadonlyArray<string>): ReadonlyArray<EgressEntry> =>
  Result.getOrThrow(parseEgressAllowlist(origins.join()))

const execution = bareExecution({
  tenantId: place.tenant,
  extensionId: place.extension,
  installId: place.install,
  trigger: "schedule"
})

/** Fetches from what a list has, which is made anew for each call, as the file is read anew. */
const fetching = Effect.fnUntraced(function* (list: () => ReadonlyArray<EgressEntry>) {
  const http = yield* makeDevFetch(Effect.sync(list))
  /** What comes of these requests of one execution. */
  return (...urls: ReadonlyArray<string>) =>
    Effect.forEach(urls, (url) =>
      http
        .fetch({ method: "GET", url, headers: [], body: null })
        .pipe(Effect.match({ onFailure: ({ code }) => code, onSuccess: ({ status }) => status }))
    ).pipe(asExecution(execution))
})

const why = (url: string, origins: ReadonlyArray<EgressEntry>) =>
  outcomeOf(
    { interface: `${packageName}/http`, function: "fetch", args: [{ url }] },
    { type: "error", value: "not-allowed" },
    null,
    [{ name: "cap:http.fetch", granted: true, note: null }],
    { origins }
  ).why

describe("what `alga-ext dev` sends to the outside", () => {
  it.effect("does not reach loopback by a listed name, unless the address is listed too", () =>
    Effect.gen(function* () {
      const name = `http://localhost:${port}`
      let list = [name]
      const fetch = yield* fetching(() => listed(...list))
      assert.deepEqual(yield* fetch(name), ["not-allowed"])
      assert.strictEqual(asked, 0)
      assert.match(why(name, listed(name)) ?? "", /lists http:\/\/localhost:\d+, but no address of the host is public/)
      list = [name, "http://127.0.0.1:1"]
      assert.deepEqual(yield* fetch(name), [200])
      assert.strictEqual(asked, 1)
      assert.deepEqual(yield* fetch(`http://127.0.0.1:${port}`), ["not-allowed"])
      assert.match(why("http://127.0.0.1:2", listed(...list)) ?? "", /does not allow http:\/\/127\.0\.0\.1:2/)
      assert.strictEqual(asked, 1)
    })
  )

  it.effect("opens listed addresses alone: none beside them, and none that one of IPv6 carries", () =>
    Effect.gen(function* () {
      const fetch = yield* fetching(() =>
        listed(`http://localhost:${port}`, "http://127.0.0.2", "http://[::ffff:127.0.0.1]")
      )
      assert.deepEqual(yield* fetch(`http://localhost:${port}`), ["not-allowed"])
      assert.strictEqual(asked, 0)
    })
  )

  it.effect("counts the requests of an execution, though the list is read for each", () =>
    Effect.gen(function* () {
      const origin = `http://127.0.0.1:${port}`
      const fetch = yield* fetching(() => listed(origin))
      const statuses = yield* fetch(...Array<string>(101).fill(origin))
      assert.deepEqual(statuses.slice(99), [200, "not-allowed"])
      assert.strictEqual(asked, 100)
      assert.deepEqual(yield* fetch(origin), [200])
    })
  )

  it.effect("has the bound on bodies that a host has where nothing is set, and none of its own", () =>
    Effect.gen(function* () {
      const url = `http://127.0.0.1:${port}`
      const http = yield* makeDevFetch(Effect.succeed(listed(url)))
      const send = (bytes: number) =>
        http.fetch({ method: "POST", url, headers: [], body: new Uint8Array(bytes) }).pipe(asExecution(execution))
      const most = egressOf({ EXT_EGRESS_ALLOWLIST: url })?.bodyBytes ?? 0
      assert.strictEqual((yield* send(most)).status, 200)
      assert.strictEqual((yield* Effect.flip(send(most + 1))).code, "not-allowed")
      assert.strictEqual(asked, 1)
    })
  )
})
