import { readFileSync } from "node:fs"

const { engines } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly engines: { readonly node: string }
}

/**
 * The least major version of Node for sandbox processes, and for every command of this project: that in `engines` of this
 * package. This module is the first that a command loads, so it imports nothing that an older Node lacks.
 */
export const requiredNode = Number(/^>=(\d+)$/.exec(engines.node)?.[1])

/** Whether this Node can run a command. Where it cannot, one line on the standard error says so, and the exit code is 2. */
export const nodeSuits = (command: string): boolean => {
  const found = process.versions.node
  if (Number.parseInt(found, 10) >= requiredNode) return true
  console.error(
    `${command}: needs Node ${requiredNode} or newer, and this is Node ${found}: install that, or the npm package "node" beside it`
  )
  process.exitCode = 2
  return false
}
