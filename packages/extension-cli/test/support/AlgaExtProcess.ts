import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { AlgaExtRun } from "./AlgaExtHere.ts"

/** The file that `alga-ext` starts from. */
export const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url))

/** Runs `alga-ext` in this folder, as a process of its own. */
export const algaExtProcess = (folder: string, ...args: ReadonlyArray<string>): Promise<AlgaExtRun> =>
  new Promise((resolve) =>
    execFile(process.execPath, [main, ...args], { cwd: folder }, (error, output, errors) =>
      resolve({ code: Number(error?.code ?? 0), output, errors })
    )
  )
