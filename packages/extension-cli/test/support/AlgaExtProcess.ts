import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { AlgaExtRun } from "./AlgaExtHere.ts"

/** The file that `alga-ext` starts from. */
export const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url))

/** Runs `alga-ext` in this folder, as a process of its own. Rejects where it ends by a signal, or says too much. */
export const algaExtProcess = (folder: string, ...args: ReadonlyArray<string>): Promise<AlgaExtRun> =>
  new Promise((resolve, reject) =>
    execFile(process.execPath, [main, ...args], { cwd: folder }, (error, output, errors) => {
      const code = error === null ? 0 : error.code
      if (typeof code === "number") resolve({ code, output, errors })
      else reject(error)
    })
  )
