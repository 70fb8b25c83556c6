import { spawn } from "node:child_process"
import { text } from "node:stream/consumers"

/** What a program of Node answers with to an input, both as JSON. Rejects where it takes longer, in milliseconds, or ends with an error. */
export const answerOfProcess = async (program: string, input: unknown, longest: number): Promise<unknown> => {
  const child = spawn(process.execPath, [program], { timeout: longest })
  child.stdin.on("error", () => {})
  child.stdin.end(JSON.stringify(input))
  const ended = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve))
  child.once("exit", () => {
    // A process of its own may hold them open for as long as that runs.
    if (child.killed) for (const pipe of [child.stdout, child.stderr]) pipe.destroy()
  })
  const read = [child.stdout, child.stderr].map((pipe) =>
    text(pipe).catch((error) => (child.killed ? "" : Promise.reject(error)))
  )
  const [status, output = "", errors = ""] = await Promise.all([ended, ...read])
  if (child.killed) {
    throw new Error(`TypeScript took more than ${longest / 1_000} seconds: look at "include" in tsconfig.json`)
  }
  if (status !== 0) {
    throw new Error(`the sources' types cannot be read: ${errors.trim() || "its process was ended"}`)
  }
  return JSON.parse(output)
}
