import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PgClient } from "@effect/sql-pg"
import { Cause, Duration, Effect, Exit, Fiber, Logger, Option, Redacted, References, Result, Scope } from "effect"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { databaseAddress } from "../src/DatabaseAddress.ts"
import { type Opened, type Route, ServerStream } from "../src/internal/wire/ServerStream.ts"
import { layerServer } from "../src/PgServer.ts"
import { TellsConnections } from "../src/ServerConnection.ts"
import { type DedicatedServer, dedicatedServer, versionSetting } from "../testing/ServerBinaries.ts"
import { type Authority, authority, signedBy, withTls } from "../testing/TlsServer.ts"

const scope = Scope.makeUnsafe()
const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Scope.provide(effect, scope))

let server: DedicatedServer
let folder = ""
let ours: Authority
let others: Authority
let port = ""

/** Whether a session of this URL is encrypted, as the server sees it; else why there is none. */
const encrypted = (url: string, logger?: Logger.Logger<unknown, void>) =>
  Effect.flatMap(
    PgClient.PgClient,
    (sql) => sql<{ readonly ssl: boolean }>`SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`
  ).pipe(
    Effect.map(([row]) => row?.ssl),
    Effect.provide(layerServer({ url: Redacted.make(url), maxConnections: 1 })),
    Effect.provide(Logger.layer(logger === undefined ? [] : [logger])),
    Effect.provideService(TellsConnections, true),
    Effect.exit,
    Effect.map((exit) => (Exit.isSuccess(exit) ? exit.value : why(exit.cause)))
  )

const why = (cause: Cause.Cause<unknown>): string => {
  const texts: Array<string> = []
  for (let error: unknown = Cause.squash(cause); error instanceof Error; error = error.cause) texts.push(error.message)
  return texts.join(": ")
}

const url = (query: string, { host = "localhost", user = "postgres" } = {}) =>
  `postgres://${user}:postgres@${host}:${port}/postgres${query}`

const asks = (query: string, more?: { readonly host?: string; readonly user?: string }) =>
  Effect.runPromise(encrypted(url(query, more)))

const sql = (text: string) =>
  run(
    Effect.flatMap(PgClient.PgClient, (client) => client.unsafe(text).unprepared).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(server.url), maxConnections: 1 }))
    )
  )

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "alga-tls-"))
  server = await run(dedicatedServer)
  port = new URL(server.url).port
  ours = await run(authority(folder, "ours"))
  others = await run(authority(folder, "others"))
})

afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await rm(folder, { recursive: true, force: true })
})

/** A server that hears of a connection, and says what it is told to. */
const listening = (hears: (socket: Socket) => void) =>
  new Promise<Server>((resolve) => {
    const server = createServer((socket) => {
      socket.on("error", () => {})
      hears(socket)
    }).listen(0, "127.0.0.1", () => resolve(server))
  })

const portOf = (server: Server) => (server.address() as AddressInfo).port

const routeTo = (address: string, opened: (connection: Opened) => void = () => {}): Route => ({
  address: Result.getOrThrow(databaseAddress(address)),
  patience: Duration.seconds(20),
  last: null,
  opened
})

/** How a driver begins. */
const startup = (user: string) => {
  const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0postgres\0\0`, "latin1")
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length + 4)
  return Buffer.concat([length, body])
}

/** Waits until the server no longer works on a statement, which would take an hour, once its caller has given it up. */
const endsWithItsCaller = (query: string) =>
  run(
    Effect.gen(function* () {
      const marked = `SELECT pg_sleep(3600) /* ${crypto.randomUUID()} */`
      const given = yield* Effect.flatMap(PgClient.PgClient, (client) => client.unsafe(marked).unprepared).pipe(
        Effect.provide(layerServer({ url: Redacted.make(url(query)), statementTimeout: Duration.hours(2) })),
        Effect.forkChild
      )
      const working = Effect.promise(() =>
        sql(`SELECT FROM pg_stat_activity WHERE state = 'active' AND query = '${marked}'`)
      )
      yield* Effect.repeat(working, { until: (rows) => rows.length > 0 })
      yield* Fiber.interrupt(given)
      yield* Effect.repeat(working, { until: (rows) => rows.length === 0 })
    })
  )

describe("A server without TLS", () => {
  it.each(["require", "verify-ca", "verify-full"])("is not asked for anything where sslmode is %s", async (mode) => {
    const needed = mode === "verify-ca" ? `&sslrootcert=${ours.file}` : ""
    assert.match(String(await asks(`?sslmode=${mode}${needed}`)), /the server does not support TLS/)
  })

  it.each(["?sslmode=disable", "?sslmode=allow", "?sslmode=prefer", ""])("serves in plain by %j", async (query) => {
    assert.strictEqual(await asks(query), false)
  })

  it("is told of a statement that its caller gives up", async () => {
    await endsWithItsCaller("")
    await endsWithItsCaller("?sslmode=disable")
  })
})

describe("A server with TLS of a private authority", () => {
  beforeAll(async () => {
    await sql("CREATE ROLE only_tls LOGIN PASSWORD 'postgres'")
    await sql("CREATE ROLE only_plain LOGIN PASSWORD 'postgres'")
    await sql(`CREATE ROLE prepared LOGIN PASSWORD U&'\\FB01x\\00A0\\2167'`)
    await run(withTls(server, ours, ["hostnossl all only_tls all reject", "hostssl all only_plain all reject"]))
  })

  const trusting = (mode: string, { file }: Authority = ours) => `?sslmode=${mode}&sslrootcert=${file}`

  it("is refused where its authority is another's, or unknown", async () => {
    const distrusted = /self-signed|unable to verify|certificate/
    for (const mode of ["require", "verify-ca", "verify-full"]) {
      assert.match(String(await asks(trusting(mode, others))), distrusted, mode)
    }
    assert.match(String(await asks("?sslmode=verify-ca")), /has sslmode=verify-ca, which needs sslrootcert/)
    assert.match(String(await asks("?sslmode=verify-full")), distrusted)
    assert.match(String(await asks("?sslmode=verify-full&sslrootcert=system")), distrusted)
    assert.match(String(await asks(`?sslrootcert=${others.file}`)), distrusted)
  })

  it("is refused where its certificate names another host, by verify-full alone", async () => {
    const host = "127.0.0.1"
    assert.match(String(await asks(trusting("verify-full"), { host })), /IP: 127\.0\.0\.1 is not in the cert's list/)
    assert.strictEqual(await asks(trusting("verify-ca"), { host }), true)
  })

  it("is refused where the file of the authority is not there, and says which", async () => {
    assert.match(String(await asks("?sslmode=verify-full&sslrootcert=/no/such.crt")), /ENOENT.*\/no\/such\.crt/)
  })

  it.each(["", "?ssl=true", "?sslmode=prefer", "?sslmode=require"])(
    "serves encrypted by %j, whoever signed its certificate",
    async (query) => {
      assert.strictEqual(await asks(query), true)
    }
  )

  it("serves encrypted without a request for it, from PostgreSQL 17 on, and is refused before", async () => {
    const answer = await asks("?sslmode=require&sslnegotiation=direct")
    const version = await Effect.runPromise(
      Effect.orDie(
        Effect.map(
          versionSetting,
          Option.getOrElse(() => "18")
        )
      )
    )
    if (Number(version) >= 17) assert.strictEqual(answer, true)
    else assert.match(String(answer), /disconnected before secure TLS connection was established/)
  })

  it("serves encrypted where it is verified, in each mode", async () => {
    for (const mode of ["prefer", "require", "verify-ca", "verify-full"]) {
      assert.strictEqual(await asks(trusting(mode)), true, mode)
    }
    assert.strictEqual(await asks(`${trusting("verify-full")}&ssl_min_protocol_version=TLSv1.3`), true)
  })

  it("serves in plain where that is asked for, or liked better", async () => {
    assert.strictEqual(await asks("?sslmode=disable"), false)
    assert.strictEqual(await asks("?sslmode=allow"), false)
  })

  it("is asked again the other way where it refuses a login on one, as psql asks", async () => {
    assert.match(String(await asks("?sslmode=disable", { user: "only_tls" })), /pg_hba\.conf/)
    assert.strictEqual(await asks("?sslmode=allow", { user: "only_tls" }), true)
    assert.match(String(await asks("?sslmode=require", { user: "only_plain" })), /pg_hba\.conf/)
    assert.strictEqual(await asks("?sslmode=prefer", { user: "only_plain" }), false)
  })

  it("is asked with a certificate of the client's own", async () => {
    const { cert, private: key } = await run(signedBy(ours, "postgres"))
    await writeFile(join(folder, "client.crt"), cert)
    await writeFile(join(folder, "client.key"), key)
    const shown = `&sslcert=${join(folder, "client.crt")}&sslkey=${join(folder, "client.key")}`
    assert.strictEqual(await asks(trusting("verify-full") + shown), true)
  })

  it("takes a password that SASLprep changes, as psql sends it", async () => {
    const as = (password: string) =>
      Effect.runPromise(encrypted(`postgres://prepared:${encodeURIComponent(password)}@localhost:${port}/postgres`))
    assert.match(String(await as("fix VIII.")), /password authentication failed/)
    assert.strictEqual(await as("\ufb01x\u00a0\u2167"), true)
    assert.strictEqual(await as("fix VIII"), true)
  })

  it("is told of a statement that its caller gives up", async () => {
    await endsWithItsCaller(trusting("verify-full"))
    await endsWithItsCaller("?sslmode=allow")
  })

  it("is found behind a host that does not answer", async () => {
    const hosts = `postgres://postgres:postgres@127.0.0.1:1,localhost:${port}/postgres`
    assert.strictEqual(await Effect.runPromise(encrypted(`${hosts}${trusting("verify-full")}`)), true)
    assert.match(
      String(await Effect.runPromise(encrypted("postgres://postgres:p@127.0.0.1:1,127.0.0.1:2/postgres"))),
      /ECONNREFUSED 127\.0\.0\.1:1; .*ECONNREFUSED 127\.0\.0\.1:2/
    )
  })

  it("is told of in the log, with how it is encrypted and without a password", async () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ fiber, message }) => {
      lines.push(JSON.stringify([message, fiber.getRef(References.CurrentLogAnnotations)]))
    })
    await Effect.runPromise(encrypted(url(trusting("verify-full")), logger))
    await Effect.runPromise(encrypted(url("?sslmode=disable"), logger))
    assert.lengthOf(lines, 2)
    assert.match(lines[0] ?? "", /connected to PostgreSQL.*"server":"localhost:\d+\/postgres".*"tls":"TLSv1\.3"/)
    assert.match(lines[1] ?? "", /"tls":"off"/)
    assert.notMatch(lines.join(), /postgres:postgres/)
  })
})

describe("A host that is silent", () => {
  it("is given up for the next one when its time is over, however many ways lead to it", async () => {
    const silent = await listening(() => {})
    const hosts = `postgres://postgres:postgres@127.0.0.1:${portOf(silent)},localhost:${port}/postgres`
    const found = await Promise.all(
      ["", "&sslmode=allow"].map((mode) => Effect.runPromise(encrypted(`${hosts}?connect_timeout=5${mode}`)))
    )
    silent.close()
    assert.deepStrictEqual(found, [true, false])
  })
})

describe("A connection", () => {
  it("that was encrypted once has its statements cancelled over TLS, whatever came after", async () => {
    const protocols: Array<string | null> = []
    const route = routeTo(url(""), ({ protocol }) => protocols.push(protocol))
    for (const user of ["postgres", "only_plain"]) {
      const stream = new ServerStream(route)
      await new Promise((resolve, reject) => stream.once("data", resolve).once("error", reject).write(startup(user)))
      stream.destroy()
    }
    assert.match(String(protocols[0]), /^TLS/)
    assert.deepStrictEqual([protocols[1], route.last?.encrypted], [null, true])
  })

  it.each(["there", "told of"] as const)("that is given up as soon as it is %s is closed", async (when) => {
    const closed = Promise.withResolvers<void>()
    const server = await listening((socket) => {
      socket.on("close", () => closed.resolve()).resume()
      if (when === "told of") socket.write("R")
    })
    const address = `postgres://u@127.0.0.1:${portOf(server)}/db?sslmode=disable`
    const stream: ServerStream = new ServerStream(routeTo(address, () => stream.destroy()))
    const connecting = (message: unknown) => {
      const { socket } = message as { readonly socket: Socket }
      // By then nobody waits for the connection any more, and nobody for the server's words yet.
      if (when === "there") socket.once("connect", () => queueMicrotask(() => stream.destroy()))
    }
    subscribe("net.client.socket", connecting)
    stream.on("error", () => {}).write(startup("u"))
    await closed.promise
    unsubscribe("net.client.socket", connecting)
    server.close()
  })
})

describe("Somebody between", () => {
  const heard: Array<Buffer> = []
  const liar = (answer: string) =>
    new Promise<Server>((resolve) => {
      const listening = createServer((socket) => {
        socket.on("error", () => {})
        socket.on("data", (chunk: Buffer) => {
          heard.push(chunk)
          socket.write(answer)
        })
      }).listen(0, "127.0.0.1", () => resolve(listening))
    })

  it.each([
    ["says that there is no TLS", "N", "verify-full"],
    ["says that there is no TLS", "N", "require"],
    ["adds bytes of its own to the server's answer", "SE", "require"],
    ["answers something else", "E", "require"]
  ])("who %s (%s) hears no login by %s", async (_, answer, mode) => {
    heard.length = 0
    const listening = await liar(answer)
    const { port } = listening.address() as AddressInfo
    const found = await Effect.runPromise(encrypted(`postgres://victim:hush@127.0.0.1:${port}/db?sslmode=${mode}`))
    listening.close()
    assert.match(String(found), /TLS/)
    assert.notInclude(Buffer.concat(heard).toString("latin1"), "victim")
  })
})
