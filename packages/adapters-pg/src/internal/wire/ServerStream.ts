import type { Socket } from "node:net"
import { Duplex } from "node:stream"
import { TLSSocket } from "node:tls"
import { Duration } from "effect"
import type { DatabaseAddress, DatabaseHost } from "../../DatabaseAddress.ts"
import { type Attempt, attemptsOf } from "./attempts.ts"
import { NoTls, openSocket } from "./handshake.ts"
import { refusalOf } from "./refusal.ts"

/** A connection as it came to be. */
export interface Opened {
  readonly host: DatabaseHost
  /** Such as `TLSv1.3`; null where it is not encrypted. */
  readonly protocol: string | null
}

/** What the streams of one client share. */
export interface Route {
  readonly address: DatabaseAddress
  /** How long one host may take, by all ways to it together. */
  readonly patience: Duration.Duration
  /** Told of each connection. */
  readonly opened: (connection: Opened) => void
  /** The way of a request to cancel: to the host of the newest connection, and over TLS once any had it. */
  last: Attempt | null
}

const cancelRequest = 80_877_102
const isCancel = (first: Buffer) => first.length === 16 && first.readUInt32BE(4) === cancelRequest

/** The server is starting or stopping: another host may serve. */
const notNow = "57P03"

const message = (cause: unknown): string =>
  cause instanceof Error && cause.message !== "" ? cause.message : String(cause)

const tooLate = ({ host }: Attempt, patience: Duration.Duration) =>
  Object.assign(new Error(`${host.name} did not answer within ${Duration.format(patience)}`), { code: "ETIMEDOUT" })

/** The failures of all attempts as one. */
const together = (failures: ReadonlyArray<unknown>): Error => {
  const [only] = failures
  if (failures.length === 1 && only instanceof Error) return only
  const texts = [...new Set(failures.map(message))].join("; ")
  const code = failures.map((cause) => (cause as { readonly code?: unknown }).code).find((one) => one !== undefined)
  return Object.assign(new Error(texts, { cause: failures.at(-1) }), code === undefined ? {} : { code })
}

/** The server's first words, where it says any before the connection ends. */
const firstWords = (socket: Socket, signal: AbortSignal): Promise<Buffer | null> =>
  new Promise((resolve, reject) => {
    const end = () => {
      signal.removeEventListener("abort", aborted)
      socket.off("data", onWords).off("error", failed).off("close", closed)
    }
    const onWords = (chunk: Buffer) => {
      end()
      socket.pause()
      resolve(chunk)
    }
    const failed = (cause: Error) => {
      end()
      socket.on("error", () => {})
      reject(cause)
    }
    const closed = () => {
      end()
      resolve(null)
    }
    const aborted = () => {
      socket.destroy()
      failed(signal.reason)
    }
    if (signal.aborted) return aborted()
    signal.addEventListener("abort", aborted)
    socket.on("data", onWords).on("error", failed).on("close", closed).resume()
  })

/**
 * The bytes between the driver and a server. It opens with the driver's first message. If the server refuses it, it is
 * sent again by the next way that the address has, as in libpq: without TLS after with TLS, and the next host after
 * this one.
 */
export class ServerStream extends Duplex {
  private readonly route: Route
  private readonly stopped = new AbortController()
  private socket: Socket | null = null

  constructor(route: Route) {
    super({ allowHalfOpen: false })
    this.route = route
  }

  /** Once there is a connection, a message goes to it without the way through a stream. */
  override write(chunk: unknown, encoding?: unknown, done?: unknown): boolean {
    const { socket } = this
    const isDirect = socket !== null && encoding === undefined && this.writable && this.writableLength === 0
    return isDirect ? socket.write(chunk as Buffer) : super.write(chunk, encoding as BufferEncoding, done as () => void)
  }

  override _read(): void {
    this.socket?.resume()
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const { socket } = this
    if (socket === null) void this.open(chunk).then(() => done(), done)
    else if (socket.write(chunk)) done()
    else socket.once("drain", () => done())
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.socket === null) done()
    else this.socket.end(() => done())
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.stopped.abort(error ?? new Error("the connection was given up"))
    this.socket?.destroy()
    done(error)
  }

  private async open(first: Buffer): Promise<void> {
    const { address, last, patience } = this.route
    const attempts = isCancel(first) && last !== null ? [last] : attemptsOf(address)
    const failures: Array<unknown> = []
    const lateFromNow = () => AbortSignal.timeout(Duration.toMillis(patience))
    let late = lateFromNow()
    for (const [index, attempt] of attempts.entries()) {
      if (index > 0 && attempts[index - 1]?.host !== attempt.host) late = lateFromNow()
      const signal = AbortSignal.any([this.stopped.signal, late])
      const next = attempts[index + 1]
      try {
        const socket = await this.reached(attempt, next, signal)
        socket.write(first)
        if (isCancel(first)) {
          // No more data is expected from the server: only its end matters.
          this.resume()
          return this.join(socket, null)
        }
        const words = await firstWords(socket, signal)
        const refusal = words === null ? null : refusalOf(words)
        if (refusal !== null && next !== undefined && (next.host === attempt.host || refusal === notNow)) {
          socket.destroy()
          continue
        }
        const protocol = socket instanceof TLSSocket ? socket.getProtocol() : null
        // A cancel request is never sent unencrypted once a connection was encrypted. So a session on an older host, or
        // on one without TLS, may not get its cancel.
        const encrypted = protocol !== null || this.route.last?.encrypted === true
        this.route.last = { host: attempt.host, encrypted }
        this.route.opened({ host: attempt.host, protocol })
        return this.join(socket, words)
      } catch (cause) {
        if (this.stopped.signal.aborted) throw cause
        failures.push(late.aborted ? tooLate(attempt, patience) : cause)
      }
    }
    throw together(failures)
  }

  /** A server without TLS goes on without it where that is the next attempt. */
  private async reached(attempt: Attempt, next: Attempt | undefined, signal: AbortSignal): Promise<Socket> {
    try {
      return await openSocket(this.route.address, attempt, this.route.patience, signal)
    } catch (cause) {
      if (!(cause instanceof NoTls)) throw cause
      if (next?.host === attempt.host && !next.encrypted) return cause.socket
      cause.socket.destroy()
      throw cause
    }
  }

  private join(socket: Socket, words: Buffer | null): void {
    if (this.destroyed) return void socket.destroy()
    this.socket = socket
    if (words !== null) this.push(words)
    if (socket.destroyed) return void this.push(null)
    socket.on("data", (chunk) => {
      const isDirect = this.readableFlowing === true && this.readableLength === 0
      if (isDirect) this.emit("data", chunk)
      else if (!this.push(chunk)) socket.pause()
    })
    socket.on("end", () => this.push(null))
    socket.on("error", (cause) => this.destroy(cause))
    socket.on("close", () => {
      if (!socket.readableEnded) this.destroy()
    })
    socket.resume()
  }
}
