import { createHash, hkdfSync } from "node:crypto"
import { createServer } from "node:net"
import { connect as dialTls } from "node:tls"
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Redacted, Scope } from "effect"
import { RunnerAddress } from "effect/cluster/RunnerAddress"
import { Rpc, RpcGroup, RpcServer } from "effect/rpc"
import { SocketServer } from "effect/socket"
import { type ClusterSecrets, layerSerialization, layerServer } from "../src/PeerLink.ts"
import * as Peers from "../src/Peers.ts"

const Echo = RpcGroup.make(Rpc.make("Alive"))
const secrets = (...texts: readonly [string, ...ReadonlyArray<string>]): ClusterSecrets => [
  Redacted.make(texts[0]),
  ...texts.slice(1).map((text) => Redacted.make(text))
]
const first = "the-first-secret-of-the-runners-of-a-test"
const second = "the-second-secret-of-the-runners-of-a-test"

/** A runner that accepts these secrets and answers so; gives its address. */
const listeningWith = Effect.fnUntraced(function* (
  answer: Effect.Effect<void>,
  ...accepted: Parameters<typeof secrets>
) {
  const served = RpcServer.layer(Echo).pipe(
    Layer.provide(Echo.toLayer({ Alive: () => answer })),
    Layer.provide(RpcServer.layerProtocolSocketServer),
    Layer.provideMerge(layerServer({ host: "127.0.0.1", port: 0 }, secrets(...accepted))),
    Layer.provide(layerSerialization(1_000_000))
  )
  const server = Context.get(yield* Layer.build(served), SocketServer.SocketServer)
  const { address } = server
  assert(address._tag !== "UnixPathAddress")
  return new RunnerAddress({ host: "127.0.0.1", port: address.port })
})

const listening = (...accepted: Parameters<typeof secrets>) => listeningWith(Effect.void, ...accepted)

/** What becomes of a call by who knows this secret. */
const call = (address: RunnerAddress, ...known: Parameters<typeof secrets>) =>
  Effect.flatMap(Peers.Peers, (peers) => peers.ask(address, (peer) => peer.Alive())).pipe(
    Effect.match({ onSuccess: () => "answered", onFailure: ({ _tag }) => _tag }),
    Effect.provide(Peers.layer(secrets(...known)).pipe(Layer.provide(layerSerialization(1_000_000))))
  )

/** What a secret is on the wire: its key, and the name that says which one it is. */
const keyOf = (secret: string) => {
  const psk = Buffer.from(hkdfSync("sha256", secret, "", "alga-extension-runner/cluster", 32))
  return { psk, identity: createHash("sha256").update(psk).digest("hex").slice(0, 16) }
}

/** What becomes of a connection with these options of TLS. */
const dialled = (port: number, options: object) =>
  Effect.callback<string>((resume) => {
    const socket = dialTls({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options }, () => {
      resume(Effect.succeed("connected"))
      socket.destroy()
    })
    socket.on("error", () => resume(Effect.succeed("refused")))
  })

describe("the connection between runners", () => {
  it.live("is had by who knows the secret, or the one beside it, and by nobody else", () =>
    Effect.gen(function* () {
      const address = yield* listening(first, second)
      assert.strictEqual(yield* call(address, first), "answered")
      assert.strictEqual(yield* call(address, second), "answered")
      assert.strictEqual(yield* call(address, "another-secret-that-no-runner-of-the-test-knows"), "Unreached")
    })
  )

  it.live("is not had with a certificate, a TLS of another version or without TLS", () =>
    Effect.gen(function* () {
      const { port } = yield* listening(first)
      assert.strictEqual(yield* dialled(port, {}), "refused")
      assert.strictEqual(yield* dialled(port, { minVersion: "TLSv1.3" }), "refused")
      assert.strictEqual(
        yield* dialled(port, { ciphers: "ECDHE-RSA-AES128-GCM-SHA256", maxVersion: "TLSv1.2" }),
        "refused"
      )
    })
  )

  it.live("is begun with the first secret, so that the one beside it can go", () =>
    Effect.gen(function* () {
      const address = yield* listening(second)
      assert.strictEqual(yield* call(address, second, first), "answered")
      assert.strictEqual(yield* call(address, first, second), "Unreached")
    })
  )

  it.live(
    "is had by the key alone and by the one cipher: not under a known name, not by a weaker cipher with the key",
    () =>
      Effect.gen(function* () {
        const { port } = yield* listening(first)
        const known = keyOf(first)
        const strong = { ciphers: "ECDHE-PSK-CHACHA20-POLY1305", maxVersion: "TLSv1.2" }
        const asked = (options: object, key: ReturnType<typeof keyOf>) =>
          dialled(port, { ...options, checkServerIdentity: () => undefined, pskCallback: () => key })
        assert.strictEqual(yield* asked(strong, known), "connected")
        assert.strictEqual(yield* asked(strong, { ...keyOf(second), identity: known.identity }), "refused")
        for (const ciphers of ["PSK-NULL-SHA256", "PSK-AES128-CBC-SHA256", "ECDHE-PSK-AES128-CBC-SHA256"]) {
          assert.strictEqual(yield* asked({ ...strong, ciphers: `${ciphers}:@SECLEVEL=0` }, known), "refused", ciphers)
        }
      })
  )

  it.live("tells a server that does not know the secret nothing", () =>
    Effect.gen(function* () {
      const heard: Array<Buffer> = []
      const listener = yield* Effect.acquireRelease(
        Effect.callback<ReturnType<typeof createServer>>((resume) => {
          const server = createServer((socket) => {
            socket.on("data", (data) => {
              heard.push(Buffer.from(data))
              socket.destroy()
            })
            socket.on("error", () => undefined)
          })
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => server.close())
      )
      const address = listener.address()
      assert(typeof address === "object" && address !== null)
      assert.strictEqual(yield* call(new RunnerAddress({ host: "127.0.0.1", port: address.port }), first), "Unreached")
      assert.isAbove(heard.length, 0)
      assert.notInclude(Buffer.concat(heard).toString("latin1"), "Alive")
    })
  )

  it.live("says of a call that it was not sent where nobody listens, and that it was lost where no answer came", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* call(new RunnerAddress({ host: "127.0.0.1", port: 1 }), first), "Unreached")
      const asked = yield* Deferred.make<void>()
      const scope = yield* Scope.make()
      const address = yield* Scope.provide(
        listeningWith(Effect.andThen(Deferred.succeed(asked, undefined), Effect.never), first),
        scope
      )
      const calling = yield* Effect.forkChild(call(address, first))
      yield* Deferred.await(asked)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* Fiber.join(calling), "Lost")
    })
  )
})
