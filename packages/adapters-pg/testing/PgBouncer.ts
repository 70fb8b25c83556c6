import { type ChildProcess, spawn } from "node:child_process"
import { access, chmod, copyFile, cp, glob, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect, Schedule, Schema } from "effect"
import { debianPackage } from "./DebianPackage.ts"
import { freePort } from "./FreePort.ts"

/** PgBouncer did not start, or could not be had. The message says what was tried. */
export class PgBouncerFailed extends Schema.TaggedError<PgBouncerFailed>()("PgBouncerFailed", {
  message: Schema.String
}) {}

const cache = fileURLToPath(new URL("../node_modules/.cache/pgbouncer", import.meta.url))
const installed = "/usr/sbin/pgbouncer"

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false
  )

/** Debian's PgBouncer and the libraries that a machine may lack. */
const unpacked = () =>
  debianPackage({ name: "pgbouncer", file: installed, libraries: /^(libevent|libc-ares)/, folder: cache })

const answers = (port: number) =>
  Effect.callback<void, PgBouncerFailed>((resume) => {
    const socket = connect(port, "127.0.0.1")
    socket
      .once("connect", () => resume(Effect.void))
      .once("error", ({ message }) => resume(Effect.fail(new PgBouncerFailed({ message }))))
    return Effect.sync(() => socket.destroy())
  })

const nobody = 65_534

/** A PgBouncer that runs. */
export interface PgBouncer {
  /** The address of a database of the server, by way of PgBouncer. */
  readonly through: (url: string) => string
}

/**
 * Starts PgBouncer, Debian's, before the server of this URL, in transaction mode, with its usual settings and these, until the
 * scope closes. `logins` are the users that it lets in, with their passwords.
 */
export const pgBouncer = Effect.fnUntraced(function* (
  server: string,
  logins: Readonly<Record<string, string>>,
  settings: ReadonlyArray<string> = []
) {
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "alga-pgbouncer-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
  )
  const port = yield* Effect.promise(freePort)
  const program = join(folder, "pgbouncer")
  yield* Effect.tryPromise({
    try: async () => {
      await chmod(folder, 0o755)
      const isInstalled = await exists(installed)
      const root = isInstalled ? null : await unpacked()
      await copyFile(root === null ? installed : join(root, installed), program)
      await mkdir(join(folder, "lib"))
      if (root !== null) {
        for await (const library of glob("usr/lib/*/lib*.so.*", { cwd: root })) {
          await cp(join(root, library), join(folder, "lib", library.split("/").at(-1) ?? ""), { dereference: true })
        }
      }
      const { hostname, port: serverPort } = new URL(server)
      const users = Object.entries(logins).map(([name, password]) => `"${name}" "${password}"`)
      await writeFile(join(folder, "users.txt"), users.join("\n"))
      const lines = [
        "[databases]",
        `* = host=${hostname} port=${serverPort}`,
        "[pgbouncer]",
        "listen_addr = 127.0.0.1",
        `listen_port = ${port}`,
        "unix_socket_dir =",
        "auth_type = scram-sha-256",
        `auth_file = ${join(folder, "users.txt")}`,
        "pool_mode = transaction",
        ...settings
      ]
      await writeFile(join(folder, "pgbouncer.ini"), lines.join("\n"))
    },
    catch: (cause) =>
      new PgBouncerFailed({ message: `PgBouncer cannot be had here (${cause}); install Debian's package pgbouncer` })
  })
  const written: Array<string> = []
  const child = yield* Effect.acquireRelease(
    Effect.sync((): ChildProcess => {
      // It refuses to run as root.
      const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}
      const env = { LD_LIBRARY_PATH: join(folder, "lib") }
      const started = spawn(program, [join(folder, "pgbouncer.ini")], {
        ...user,
        env,
        stdio: ["ignore", "pipe", "pipe"]
      })
      started.stderr.on("data", (text) => written.push(String(text)))
      started.stdout.on("data", (text) => written.push(String(text)))
      return started
    }),
    (started) =>
      Effect.callback<void>((resume) => {
        if (started.exitCode !== null || started.signalCode !== null) return resume(Effect.void)
        started.once("exit", () => resume(Effect.void))
        started.kill("SIGKILL")
      })
  )
  const ended = Effect.callback<never, PgBouncerFailed>((resume) => {
    const onExit = () => resume(Effect.fail(new PgBouncerFailed({ message: `PgBouncer ended: ${written.join("")}` })))
    if (child.exitCode !== null) return onExit()
    child.once("exit", onExit).once("error", onExit)
  })
  yield* Effect.raceFirst(Effect.retry(answers(port), Schedule.spaced("50 millis")), ended)
  return {
    through: (url: string) => {
      const changed = new URL(url)
      changed.host = `127.0.0.1:${port}`
      return changed.href
    }
  } satisfies PgBouncer
})
