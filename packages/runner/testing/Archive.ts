import { createHash } from "node:crypto"
import { buffer } from "node:stream/consumers"
import { zstdCompressSync } from "node:zlib"
import * as tar from "tar-stream"

/** A manifest that the runner accepts. */
export const manifest = {
  name: "com.example.sample",
  publisher: "Example",
  version: "1.0.0",
  runtime: "wasm-js@1",
  capabilities: ["cap:client.read"]
} as const

/** A `bundle.tar.zst` of these files; those that are undefined are left out. */
export const pack = async (files: Readonly<Record<string, string | Uint8Array | undefined>>): Promise<Uint8Array> => {
  const archive = tar.pack()
  for (const [name, content] of Object.entries(files)) {
    if (content !== undefined) archive.entry({ name }, typeof content === "string" ? content : Buffer.from(content))
  }
  archive.finalize()
  return zstdCompressSync(await buffer(archive))
}

/** SHA-256 in hexadecimal. */
export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")
