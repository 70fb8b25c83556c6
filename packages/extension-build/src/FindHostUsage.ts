import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { BundledHandler } from "@alga-psa/ext-extension-sdk/build"
import type { HostUsage } from "./HostUsage.ts"

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
const program = fileURLToPath(new URL(`internal/usageProcess.${extension}`, import.meta.url))

/** More than the usage of any extension takes as JSON. */
const mostBytes = 64 * 1024 * 1024

/**
 * What the code of a component asks of its host: by its types, which follow `host` through variables, parameters and
 * destructuring, by its own imports of the world, and by the global `fetch`. Code that the bundle drops as unused does not
 * count.
 *
 * A component made from JavaScript imports every interface of its world, used or not, so its imports tell nothing. It runs
 * in a process of its own, because the compiler writes to the standard error of whoever asks it.
 */
export const findHostUsage = (
  folder: string,
  entry: string,
  { globals, modules, sourceMap }: BundledHandler
): HostUsage => {
  const input = JSON.stringify({ folder, entry, bundle: { globals, modules, sourceMap } })
  const { error, status, stderr, stdout } = spawnSync(process.execPath, [program], {
    input,
    encoding: "utf8",
    maxBuffer: mostBytes
  })
  if (error !== undefined || status !== 0)
    throw new Error(`the sources' types cannot be read: ${stderr}`, { cause: error })
  return JSON.parse(stdout)
}
