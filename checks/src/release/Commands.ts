import { execFile } from "node:child_process"

/** How a program ended: its exit code, and what it wrote. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, whatever that is. */
export const run = (file: string, args: ReadonlyArray<string>, cwd: string): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(file, args, { cwd, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1
      resolve({ code, stdout, stderr: error === null || stderr !== "" ? stderr : error.message })
    })
  })

/** Runs pnpm, in the version that this project uses: the one that runs this, which starts sooner than by `npx`. */
export const pnpm = (args: ReadonlyArray<string>, cwd: string): Promise<Ended> => {
  const around = process.env["npm_execpath"] ?? ""
  return /\bpnpm$/.test(around) ? run(around, args, cwd) : run("npx", ["--yes", "pnpm@12", ...args], cwd)
}

/** The last lines that a program wrote, for a report. */
export const outputOf = ({ stdout, stderr }: Ended): string =>
  `${stdout}\n${stderr}`.trim().split("\n").slice(-12).join("\n")
