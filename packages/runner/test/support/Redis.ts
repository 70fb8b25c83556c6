import { type AddressInfo, createServer, type Socket } from "node:net"
import { createClient } from "@redis/client"
import { Effect } from "effect"

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`
const array = (items: ReadonlyArray<string>): string => `*${items.length}\r\n${items.join("")}`

/** The commands in what arrived, each a list of texts, and what is left of it. */
const commandsIn = (given: Buffer) => {
  const commands: Array<ReadonlyArray<string>> = []
  let at = 0
  const line = (from: number): readonly [text: string, next: number] | null => {
    const end = given.indexOf("\r\n", from)
    return end < 0 ? null : [given.toString("utf8", from, end), end + 2]
  }
  for (;;) {
    const head = line(at)
    if (head === null) return { commands, rest: given.subarray(at) }
    let [text, next] = head
    const words: Array<string> = []
    for (let left = Number(text.slice(1)); left > 0; left--) {
      const size = line(next)
      if (size === null) return { commands, rest: given.subarray(at) }
      ;[text, next] = size
      const end = next + Number(text.slice(1))
      if (given.byteLength < end + 2) return { commands, rest: given.subarray(at) }
      words.push(given.toString("utf8", next, end))
      next = end + 2
    }
    commands.push(words)
    at = next
  }
}

/** Redis, as far as its streams and a password go: it speaks the protocol. */
export const standInRedis = ({
  host = "127.0.0.1",
  password = null,
  port = 0
}: {
  readonly host?: string
  readonly port?: number
  readonly password?: string | null
} = {}) =>
  Effect.gen(function* () {
    const streams = new Map<string, Array<readonly [id: string, fields: ReadonlyArray<string>]>>()
    const received: Array<ReadonlyArray<string>> = []
    const sockets: Array<Socket> = []
    const refused: Array<string> = []
    const answer = ([name = "", ...args]: ReadonlyArray<string>, known: { proven: boolean }): string => {
      if (name === "AUTH") {
        known.proven = args.at(-1) === password
        return known.proven ? "+OK\r\n" : "-WRONGPASS invalid username-password pair\r\n"
      }
      if (!known.proven) return "-NOAUTH Authentication required.\r\n"
      const [stream = ""] = args
      const entries = streams.get(stream) ?? []
      if (name === "XRANGE") return array(entries.map(([id, fields]) => array([bulk(id), array(fields.map(bulk))])))
      if (name !== "XADD") return "-ERR unknown command\r\n"
      if (refused.some((part) => stream.includes(part)))
        return "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
      const id = `${Date.now()}-${received.length}`
      entries.push([id, args.slice(args.indexOf("*") + 1)])
      streams.set(stream, entries)
      return bulk(id)
    }
    const server = createServer((socket) => {
      const known = { proven: password === null }
      let rest = Buffer.alloc(0)
      sockets.push(socket.on("error", () => {}))
      socket.on("data", (chunk: Buffer) => {
        const found = commandsIn(Buffer.concat([rest, chunk]))
        rest = Buffer.from(found.rest)
        for (const command of found.commands) {
          received.push(command)
          socket.write(answer(command, known))
        }
      })
    })
    yield* Effect.acquireRelease(
      Effect.promise(() => new Promise<void>((resolve) => server.listen(port, host, resolve))),
      () =>
        Effect.promise(() => {
          for (const socket of sockets) socket.destroy()
          return new Promise<void>((resolve) => server.close(() => resolve()))
        })
    )
    const own = `${host}:${(server.address() as AddressInfo).port}`
    return {
      url: `redis://${password === null ? "" : `:${password}@`}${own}`,
      port: (server.address() as AddressInfo).port,
      received,
      /** Streams whose names have one of these are something else. */
      refused,
      /** Cuts every connection. */
      cut: () => {
        for (const socket of sockets.splice(0)) socket.destroy()
      }
    }
  })

/** A Redis for this run: that of `TEST_REDIS_URL`, else a stand-in. */
export const testRedis = Effect.suspend(() => {
  const url = process.env["TEST_REDIS_URL"]
  return url === undefined ? Effect.map(standInRedis(), (it) => it.url) : Effect.succeed(url)
})

/** What a stream holds, oldest first. */
export const entriesOf = (url: string, stream: string) =>
  Effect.promise(async () => {
    const client = createClient({ url, RESP: 2, disableClientInfo: true, maintNotifications: "disabled" })
    await client.connect()
    try {
      return ((await client.xRange(stream, "-", "+")) ?? []).flatMap((entry) =>
        entry === null ? [] : [{ ...entry.message }]
      )
    } finally {
      client.destroy()
    }
  })
