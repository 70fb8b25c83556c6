import { spawn } from "node:child_process"
import dns from "node:dns"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { connect } from "node:net"
import { Duration, Result } from "effect"
import { afterEach, assert, describe, it, vi } from "vitest"
import { databaseAddress } from "../src/DatabaseAddress.ts"
import { attemptsOf } from "../src/internal/wire/attempts.ts"
import { openSocket } from "../src/internal/wire/handshake.ts"

type Answer = (error: null, addresses: ReadonlyArray<{ readonly address: string; readonly family: number }>) => void

const here = "127.0.0.1"

/** Where the system keeps two connections that nobody takes, and drops what asks for a third. */
const listening = `require("net").createServer().listen({ host: "${here}", port: 0, backlog: 1 }, function () {
  console.log(this.address().port)
})`

/** Whether the system has asked for a connection to this port that nobody answered. */
const isAsked = (port: number): boolean => {
  const to = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`
  return readFileSync("/proc/net/tcp", "latin1").includes(`${to} 02`)
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe("A database's name with several addresses", () => {
  it("is reached by the first where its first packet is lost, and the others refuse", async () => {
    const server = spawn(process.execPath, ["--eval", listening], { stdio: ["ignore", "pipe", "inherit"] })
    try {
      const [port] = (await once(server.stdout, "data")).map(Number) as [number]
      server.kill("SIGSTOP")
      const filling = [connect(port, here), connect(port, here)]
      await Promise.all(filling.map((socket) => once(socket, "connect")))
      vi.spyOn(dns, "lookup").mockImplementation(((_name: string, _options: unknown, done: Answer) =>
        done(
          null,
          [here, "127.0.0.2"].map((address) => ({ address, family: 4 }))
        )) as never)
      const address = Result.getOrThrow(databaseAddress(`postgres://reader@name.invalid:${port}/db?sslmode=disable`))
      const [attempt] = attemptsOf(address)
      let hasEnded = false
      const opening = openSocket(
        address,
        attempt ?? assert.fail(),
        Duration.infinity,
        new AbortController().signal
      ).finally(() => {
        hasEnded = true
      })
      while (!hasEnded && !isAsked(port)) await new Promise((resolve) => setImmediate(resolve))
      server.kill("SIGCONT")
      const socket = await opening
      assert.strictEqual(socket.remoteAddress, here)
      for (const one of [socket, ...filling]) one.destroy()
    } finally {
      server.kill("SIGKILL")
    }
  })
})
