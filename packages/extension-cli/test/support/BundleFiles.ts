import { execFileSync } from "node:child_process"
import { zstdDecompressSync } from "node:zlib"

/** The names in a bundle, as the system's own `tar` lists them. */
export const listBundle = (archive: Uint8Array): ReadonlySet<string> =>
  new Set(
    execFileSync("tar", ["-tf", "-"], { input: zstdDecompressSync(archive), encoding: "utf8" })
      .trimEnd()
      .split("\n")
  )
