import { randomInt } from "node:crypto"
import { createServer } from "node:net"

// Below those that a system gives to whoever asks for any, or to a connection: one of these could be taken again at once.
const [lowest, highest] = [15_000, 30_000]

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once("error", () => resolve(false))
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)))
  })

/** A port of the loopback address that nobody has, and that no system gives away meanwhile. */
export const freePort = async (): Promise<number> => {
  const port = randomInt(lowest, highest)
  return (await isFree(port)) ? port : freePort()
}
