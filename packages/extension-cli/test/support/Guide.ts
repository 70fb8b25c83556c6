import { execFile } from "node:child_process"
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { PackedPackages } from "./PackedPackages.ts"

/** A step of a guide: a file to write, commands to run, or what the commands before print. */
export interface GuideStep {
  readonly kind: string
  readonly info: string
  readonly text: string
  readonly line: number
}

const fence = /^```(\w+)(?: (.*))?\n([\s\S]*?)^```$/gm

/** The steps of a guide, which are its fenced blocks. */
export const stepsOf = (guide: string): ReadonlyArray<GuideStep> =>
  Array.from(guide.matchAll(fence), ({ 1: kind = "", 2: info = "", 3: text = "", index }) => ({
    kind,
    info,
    text,
    line: guide.slice(0, index).split("\n").length
  }))

/**
 * How the commands of a guide are run: bash that stands before each block. It takes packages that are not published from where they
 * were packed, and runs scripts and tools of an extension by pnpm, which starts sooner than npm. Every other command is left alone.
 */
const byPnpm = `
npm() {
  if [[ "$*" == "create alga-extension "* ]]; then
    local name=$3
    shift 4
    "$NODE" "$CREATE" "$name" "$@"
    return
  fi
  if [[ "$1" == run || "$1" == test ]]; then command $PNPM "$@"; return; fi
  if [[ "$1" != install ]]; then command npm "$@"; return; fi
  shift
  cp "$PACKAGES/pnpm-workspace.yaml" .
  if [[ $# == 0 ]]; then command $PNPM install --prefer-offline
  else command $PNPM add --prefer-offline "$@"; fi
}
npx() {
  if [[ "$1" == alga-ext ]]; then command $PNPM exec "$@"; else command npx "$@"; fi
}
`

interface Said {
  readonly code: number
  readonly output: string
}

const shell = (cwd: string, script: string, env: Readonly<Record<string, string>>): Promise<Said> =>
  new Promise((resolve) =>
    execFile("bash", ["-c", script], { cwd, env: { ...process.env, ...env, NO_COLOR: "1" } }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, output: stdout + stderr })
    )
  )

/** Does what a guide says, step by step, from an empty folder. Throws where something else comes of it. */
export const follow = async (
  guide: string,
  folder: string,
  packages: Pick<PackedPackages, "folder"> & Partial<Pick<PackedPackages, "pnpm">>,
  env: Readonly<Record<string, string>>,
  how: string = byPnpm
): Promise<string> => {
  let cwd = folder
  let said: Said = { code: 0, output: "" }
  const state = join(folder, ".cwd")
  const around = {
    ...env,
    PACKAGES: packages.folder,
    PNPM: packages.pnpm ?? "",
    NODE: process.execPath,
    STATE: state
  }
  for (const { info, kind, line, text } of stepsOf(guide)) {
    const fail = (what: string) => new Error(`line ${line}: ${what}\n${said.output}`)
    if (kind === "sh") {
      said = await shell(cwd, `${how}\nset -euo pipefail\n${text}\npwd > "$STATE"`, around)
      if ((said.code === 0) === (info === "fails")) throw fail(`ended with ${said.code}`)
      if (said.code === 0) cwd = (await readFile(state, "utf8")).trim()
    } else if (kind === "text") {
      const missing = text.split("\n").find((one) => !said.output.includes(one.trim()))
      if (missing !== undefined) throw fail(`did not print: ${missing}`)
    } else {
      if (info === "") throw fail(`a block of ${kind} must name its file`)
      await mkdir(dirname(join(cwd, info)), { recursive: true })
      await writeFile(join(cwd, info), text)
    }
  }
  return cwd
}
