import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { makeNodeProcess } from "../src/dev/node/NodeProcess.ts"

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "alga-node-"))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const written = async (name: string, body: string) => {
  const file = join(folder, name)
  await writeFile(file, `export const handler = () => {\n${body}\n}\n`)
  return file
}

const saidOf = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => "",
    (error: Error) => error.message
  )

const never = () => Promise.reject(new Error("no call is expected"))

describe("a process in which handlers run", () => {
  it("says how it ended with its last words, and goes on in a new one", async () => {
    const addresses: Array<string> = []
    const node = makeNodeProcess({ inspectPort: 0, onInspector: (address) => addresses.push(address) })
    const run = (id: string, file: string) => node.run({ id, file, request: null, answer: never })
    try {
      const throwing = 'setTimeout(() => { throw new TypeError("broken later") })\nreturn new Promise(() => {})'
      const ended = await saidOf(run("1", await written("throws.mjs", throwing)))
      expect(ended).toMatch(/^the process ended with 1\n[\s\S]*broken later[\s\S]*throws\.mjs:2:/)
      expect(addresses).toHaveLength(1)
      expect(ended).not.toContain(new URL(addresses[0] ?? "").pathname)
      const many = 'process.stderr.write("a".repeat(10_000) + "z\\n")\nprocess.kill(process.pid, "SIGKILL")'
      const last = await saidOf(run("2", await written("many.mjs", many)))
      expect(last).toMatch(/^the process ended with SIGKILL\na+z$/)
      expect(last.length).toBeLessThan(4_100)
      expect(await run("3", await written("good.mjs", "return 3"))).toBe(3)
    } finally {
      node.close()
    }
  })

  it("says that the inspector's port is in use, and what to do", async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve))
    const { port } = taken.address() as { port: number }
    const { promise, resolve } = Promise.withResolvers<string>()
    const node = makeNodeProcess({ inspectPort: port, onInspector: resolve, onNoInspector: resolve })
    try {
      node.start()
      expect(await promise).toBe(
        `Starting inspector on 127.0.0.1:${port} failed: address already in use: give another --inspect-port (0 takes any free one)`
      )
    } finally {
      node.close()
      taken.close()
    }
  })

  it("fails a request where no process can be started", async () => {
    const node = makeNodeProcess({ inspectPort: null, onInspector: () => {} })
    const own = process.execPath
    try {
      process.execPath = join(folder, "none")
      const run = node.run({ id: "1", file: await written("good.mjs", "return 1"), request: null, answer: never })
      await expect(run).rejects.toThrow(/^the process failed: .*ENOENT/)
    } finally {
      process.execPath = own
      node.close()
    }
  })
})
