import { Buffer } from "node:buffer"
import { createHash } from "node:crypto"
import { ArchiveRefusal } from "./archive/ArchiveRefusal.ts"
import { type OpenRequest, openBundle } from "./archive/OpenBundle.ts"
import { readFrame, readMessage, writeFrame } from "./Pipe.ts"

/**
 * What the opener answers, in one frame: four bytes of length of this as JSON, this, and then the files' bytes one after
 * another in the order of `files`.
 */
export type Opened =
  | {
      readonly type: "opened"
      /** The fields of the manifest that a host relies on; null for a page. */
      readonly manifest: unknown
      readonly files: ReadonlyArray<{ readonly name: string; readonly bytes: number; readonly sha256: string }>
    }
  | { readonly type: "refused"; readonly why: string }
  | { readonly type: "failed"; readonly detail: string }

const answer = (head: Opened, files: ReadonlyArray<Uint8Array>): void => {
  const json = Buffer.from(JSON.stringify(head))
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32BE(json.byteLength)
  writeFrame(length, json, ...files)
}

try {
  const { files, manifest } = await openBundle(readMessage() as OpenRequest, readFrame())
  const listed = files.map(([name, bytes]) => ({
    name,
    bytes: bytes.byteLength,
    sha256: createHash("sha256").update(bytes).digest("hex")
  }))
  answer(
    { type: "opened", manifest, files: listed },
    files.map(([, bytes]) => bytes)
  )
} catch (error) {
  if (error instanceof ArchiveRefusal) answer({ type: "refused", why: error.message }, [])
  else answer({ type: "failed", detail: String(error).slice(0, 300) }, [])
}
process.exit(0)
