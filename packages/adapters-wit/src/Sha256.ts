import { createHash } from "node:crypto"
import { setImmediate } from "node:timers/promises"

const pieceBytes = 4 * 1024 * 1024

/** SHA-256 in lower-case hexadecimal digits. Other work has its turn between pieces of 4 MiB. */
export const sha256 = async (bytes: Uint8Array): Promise<string> => {
  const hash = createHash("sha256")
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    if (at > 0) await setImmediate()
    hash.update(bytes.subarray(at, at + pieceBytes))
  }
  return hash.digest("hex")
}
