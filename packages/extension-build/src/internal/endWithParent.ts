import { Socket } from "node:net"

/**
 * A thread that ends its process and its children when the parent process is gone. The main thread waits for the
 * compiler in one call, and cannot notice that itself.
 */
new Socket({ fd: 3 }).resume().on("close", () => {
  try {
    process.kill(-process.pid, "SIGKILL")
  } catch {
    process.kill(process.pid, "SIGKILL")
  }
})
