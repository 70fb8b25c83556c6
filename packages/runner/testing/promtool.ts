import { execFile } from "node:child_process"
import { join } from "node:path"
import { unpackedDebian } from "@alga-psa/ext-adapters-pg/testing/DebianPackage"

const program = "/usr/bin/promtool"

/** Runs Prometheus' own tool, of Debian's package `prometheus`; gives its exit code and all that it wrote. */
export const promtool = async (
  args: ReadonlyArray<string>,
  input = ""
): Promise<{ readonly code: number; readonly said: string }> => {
  const root = await unpackedDebian({ package: "prometheus", program }).catch((cause) => {
    throw new Error(`promtool cannot be had here (${cause}); install Debian's package prometheus`)
  })
  return new Promise((resolve) => {
    const child = execFile(root === null ? program : join(root, program), [...args], (error, out, errors) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: `${out}${errors}` })
    )
    child.stdin?.end(input)
  })
}
