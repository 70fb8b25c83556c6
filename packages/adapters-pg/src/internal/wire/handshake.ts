import { readFile } from "node:fs/promises"
import { connect, isIP, type Socket } from "node:net"
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls"
import { Duration, Redacted } from "effect"
import { type DatabaseAddress, type DatabaseTls, isSocket } from "../../DatabaseAddress.ts"
import type { Attempt } from "./attempts.ts"

/** A server that has no TLS, told with a socket that can go on without. */
export class NoTls extends Error {
  readonly socket: Socket

  constructor(socket: Socket) {
    super("the server does not support TLS")
    this.socket = socket
  }
}

const keepAliveMs = 10_000

/** Settles once, with the event or the failure of a socket. It is destroyed where the signal says so. */
const until = <A>(socket: Socket, signal: AbortSignal, settle: (resolve: (value: A) => void) => void): Promise<A> =>
  new Promise<A>((resolve, reject) => {
    const end = () => {
      signal.removeEventListener("abort", aborted)
      socket.off("error", failed).off("close", closed)
    }
    const failed = (cause: unknown) => {
      end()
      socket.on("error", () => {}).destroy()
      reject(cause)
    }
    const closed = () => failed(new Error("the server closed the connection"))
    const aborted = () => failed(signal.reason)
    if (signal.aborted) return aborted()
    signal.addEventListener("abort", aborted)
    socket.on("error", failed).on("close", closed)
    settle((value) => {
      end()
      resolve(value)
    })
  })

/**
 * Of a name's addresses each but the last has a quarter of the time that its host has. Node's half a second would give up one whose
 * first packet was lost: the system sends another after a second.
 */
const addressesInTime = 4
/** Milliseconds that Node takes for one address. */
const mostForAddress = 2_147_483_647

const timeForAddress = (patience: Duration.Duration): number =>
  Math.min(mostForAddress, Math.max(1, Math.ceil(Duration.toMillis(patience) / addressesInTime)))

const connected = ({ host }: Attempt, patience: Duration.Duration, signal: AbortSignal): Promise<Socket> => {
  const { name, port } = host
  const socket = isSocket(host)
    ? connect({ path: `${name.replace(/^@/, "\0")}/.s.PGSQL.${port}` })
    : connect({
        host: name,
        port,
        autoSelectFamilyAttemptTimeout: timeForAddress(patience),
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: keepAliveMs
      })
  return until<Socket>(socket, signal, (resolve) => socket.once("connect", () => resolve(socket)))
}

const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])
const yes = 0x53
const no = 0x4e

/** Asks whether the server has TLS. Anything after its one byte could come from somebody in between. */
const askForTls = (socket: Socket, signal: AbortSignal): Promise<void> =>
  until<Buffer>(socket, signal, (resolve) => {
    socket.once("data", (chunk: Buffer) => {
      socket.pause()
      resolve(chunk)
    })
    socket.write(sslRequest)
  }).then((answer) => {
    if (answer.length === 1 && answer[0] === yes) return
    if (answer.length === 1 && answer[0] === no) throw new NoTls(socket)
    socket.destroy()
    throw new Error("the server did not answer whether it supports TLS")
  })

/** Certificates are read for each connection, so that renewed ones count. */
const optionsOf = async ({ ca, certificate, key, keyPassword, maxVersion, minVersion, mode }: DatabaseTls) => {
  const verified = mode.startsWith("verify") || ca !== null
  return {
    rejectUnauthorized: verified,
    ...(mode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
    ...(ca === null || ca === "system" ? {} : { ca: await readFile(ca) }),
    ...(certificate === null || key === null ? {} : { cert: await readFile(certificate), key: await readFile(key) }),
    ...(keyPassword === null ? {} : { passphrase: Redacted.value(keyPassword) }),
    ...(minVersion === null ? {} : { minVersion }),
    ...(maxVersion === null ? {} : { maxVersion })
  } satisfies ConnectionOptions
}

const encryptedOver = (
  socket: Socket,
  name: string,
  tls: DatabaseTls,
  options: ConnectionOptions,
  signal: AbortSignal
) => {
  const secure = connectTls({
    ...options,
    socket,
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(tls.direct ? { ALPNProtocols: ["postgresql"] } : {})
  })
  return until<TLSSocket>(secure, signal, (resolve) => secure.once("secureConnect", () => resolve(secure)))
}

/**
 * Connects, and encrypts where the attempt says so. Fails with {@link NoTls} where the server has none. The signal comes at the end of
 * the host's patience.
 */
export const openSocket = async (
  { tls }: DatabaseAddress,
  attempt: Attempt,
  patience: Duration.Duration,
  signal: AbortSignal
): Promise<Socket> => {
  if (!attempt.encrypted) return connected(attempt, patience, signal)
  const options = await optionsOf(tls)
  const socket = await connected(attempt, patience, signal)
  if (!tls.direct) await askForTls(socket, signal)
  return encryptedOver(socket, attempt.host.name, tls, options, signal)
}
