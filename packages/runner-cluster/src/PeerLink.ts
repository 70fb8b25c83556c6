import { createHash, hkdfSync } from "node:crypto"
import { connect, type TlsOptions } from "node:tls"
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import { Deferred, Effect, Exit, Layer, Redacted, type Scope } from "effect"
import type { RunnerAddress } from "effect/cluster/RunnerAddress"
import { RpcClient, RpcSerialization } from "effect/rpc"
import { RpcClientError } from "effect/rpc/RpcClientError"
import { Socket, type SocketServer } from "effect/socket"
import { peerLines } from "./PeerLines.ts"

/** The secrets that runners of one cluster share: the present one, and those that are accepted beside it. */
export type ClusterSecrets = readonly [Redacted.Redacted, ...ReadonlyArray<Redacted.Redacted>]

// TLS 1.2 on purpose: with a cipher that takes a pre-shared key alone, no certificate can stand in for the secret.
const tls = {
  ciphers: "ECDHE-PSK-CHACHA20-POLY1305",
  minVersion: "TLSv1.2",
  maxVersion: "TLSv1.2"
} as const

const keyOf = (secret: Redacted.Redacted) => {
  const psk = Buffer.from(hkdfSync("sha256", Redacted.value(secret), "", "alga-extension-runner/cluster", 32))
  return { psk, identity: createHash("sha256").update(psk).digest("hex").slice(0, 16) }
}

/** Listens for runners that know one of the secrets. Others do not get past the handshake. */
export const layerServer = (
  { host, port }: { readonly host: string; readonly port: number },
  secrets: ClusterSecrets
): Layer.Layer<SocketServer.SocketServer, SocketServer.SocketServerError> => {
  const keys = new Map(secrets.map(keyOf).map(({ identity, psk }) => [identity, psk]))
  const options: TlsOptions = {
    ...tls,
    handshakeTimeout: 5_000,
    pskCallback: (_, identity) => keys.get(identity) ?? null
  }
  return NodeSocketServer.layerTls({ ...options, host, port })
}

const openFailed = (cause: unknown) =>
  new Socket.SocketError({ reason: new Socket.SocketOpenError({ kind: "Unknown", cause }) })

/** Listens from the first moment on: what happens before somebody listens is lost, and an error would end the program. */
const dial = ({ host, port }: RunnerAddress, { identity, psk }: ReturnType<typeof keyOf>) => {
  const secured = Deferred.makeUnsafe<void, Socket.SocketError>()
  const connection = connect({
    ...tls,
    host,
    port,
    pskCallback: () => ({ psk, identity }),
    checkServerIdentity: () => undefined
  })
  connection.setNoDelay(true)
  // Each message that waits for room listens, and there may be many.
  connection.setMaxListeners(0)
  connection.once("secureConnect", () => Deferred.doneUnsafe(secured, Exit.void))
  connection.on("error", (cause) => Deferred.doneUnsafe(secured, Exit.fail(openFailed(cause))))
  return { connection, secured }
}

const open = (address: RunnerAddress, key: ReturnType<typeof keyOf>) =>
  Effect.acquireRelease(
    Effect.sync(() => dial(address, key)),
    ({ connection }) => Effect.sync(() => connection.destroySoon())
  ).pipe(Effect.flatMap(({ connection, secured }) => Effect.as(Deferred.await(secured), connection)))

/** The error of a call that never left this process. */
const unsent = (cause: unknown) =>
  new RpcClientError({ reason: new Socket.SocketOpenError({ kind: "Unknown", cause }) })

/** Whether a call that failed so was never sent, and may be made elsewhere. */
export const wasUnsent = ({ reason }: RpcClientError): boolean => reason._tag === "SocketOpenError"

/**
 * A connection to another runner, open until the scope closes. A call fails with an error that {@link wasUnsent} knows
 * where it was not sent; with another one, nobody can say what became of it. A runner that is silent for 4 seconds counts
 * as gone.
 */
export const makeProtocol = (
  address: RunnerAddress,
  secrets: ClusterSecrets
): Effect.Effect<RpcClient.Protocol["Service"], never, Scope.Scope | RpcSerialization.RpcSerialization> =>
  Effect.gen(function* () {
    const socket = yield* NodeSocket.fromDuplex(open(address, keyOf(secrets[0])), { openTimeout: "1 second" })
    const protocol = yield* RpcClient.makeProtocolSocket({ pingInterval: "2 seconds", pingTimeout: "4 seconds" }).pipe(
      Effect.provideService(Socket.Socket, socket)
    )
    return {
      ...protocol,
      send: (...sent: Parameters<typeof protocol.send>) => Effect.mapError(protocol.send(...sent), unsent)
    }
  })

/** One JSON text a line, and bytes before it, of at most so many bytes together. A newer runner may say more than an older one knows. */
export const layerSerialization = (bytes: number): Layer.Layer<RpcSerialization.RpcSerialization> =>
  Layer.succeed(RpcSerialization.RpcSerialization, peerLines(bytes))
