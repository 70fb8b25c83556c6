import { execFile } from "node:child_process"
import { access } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { debianPackage } from "@alga-psa/ext-adapters-pg/testing/DebianPackage"

const installed = "/usr/bin/promtool"
const folder = fileURLToPath(new URL("../node_modules/.cache/prometheus", import.meta.url))

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false
  )

const found = async (): Promise<string> =>
  (await isThere(installed))
    ? installed
    : join(await debianPackage({ name: "prometheus", file: installed, folder }), installed)

/** Runs Prometheus' own tool, of Debian's package `prometheus`; gives its exit code and all that it wrote. */
export const promtool = async (
  args: ReadonlyArray<string>,
  input = ""
): Promise<{ readonly code: number; readonly said: string }> => {
  const program = await found().catch((cause) => {
    throw new Error(`promtool cannot be had here (${cause}); install Debian's package prometheus`)
  })
  // It lives for seconds, and would spend a third of them on collecting garbage.
  const env = { ...process.env, GOGC: "800" }
  return new Promise((resolve) => {
    const child = execFile(program, [...args], { env }, (error, out, errors) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: `${out}${errors}` })
    )
    child.stdin?.end(input)
  })
}
