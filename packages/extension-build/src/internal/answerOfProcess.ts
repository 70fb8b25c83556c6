import { type ChildProcess, spawn } from "node:child_process"
import { text } from "node:stream/consumers"

/** Ends a process, and on POSIX all that it started. */
const endAll = (child: ChildProcess): void => {
  try {
    if (child.pid !== undefined && process.platform !== "win32") process.kill(-child.pid, "SIGKILL")
  } catch {
    // All of them have ended.
  }
  child.kill("SIGKILL")
}

/**
 * What a program of Node answers with to an input, both as JSON. Rejects where it takes longer, in milliseconds, or ends with an
 * error. What it starts itself is ended with it. Its fourth pipe is open for as long as this process lives.
 */
export const answerOfProcess = async (program: string, input: unknown, longest: number): Promise<unknown> => {
  const child = spawn(process.execPath, [program], {
    detached: process.platform !== "win32",
    stdio: ["pipe", "pipe", "pipe", "pipe"]
  })
  const { stderr, stdin, stdout } = child
  if (stdin === null || stdout === null || stderr === null) throw new Error("the process has no pipes")
  let late = false
  const timer = setTimeout(() => {
    late = true
    endAll(child)
    // A process that left the group may hold them open for as long as that runs.
    for (const pipe of [stdout, stderr]) pipe.destroy()
  }, longest)
  stdin.on("error", () => {})
  stdin.end(JSON.stringify(input))
  const ended = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve))
  const read = [stdout, stderr].map((pipe) => text(pipe).catch((error) => (late ? "" : Promise.reject(error))))
  try {
    const [status, output = "", errors = ""] = await Promise.all([ended, ...read])
    if (late)
      throw new Error(`TypeScript took more than ${longest / 1_000} seconds: look at "include" in tsconfig.json`)
    if (status !== 0) {
      throw new Error(`the sources' types cannot be read: ${errors.trim() || "its process was ended"}`)
    }
    return JSON.parse(output)
  } finally {
    clearTimeout(timer)
  }
}
