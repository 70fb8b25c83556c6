import { ArchiveRefusal, shown } from "./ArchiveRefusal.ts"
import { nameOf } from "./TarHeader.ts"

/** What a pax header says that changes how an entry is read. */
export interface PaxRecords {
  readonly path: string | null
  readonly size: string | null
}

const malformed = () => new ArchiveRefusal("the archive has a pax header that cannot be read")

/**
 * The records of one pax header: `LENGTH KEY=VALUE\n`, again and again. Times, owners and attributes that tools write
 * change nothing and are skipped. Refuses a record that is there twice, and what marks a sparse file.
 */
export const readPax = (bytes: Uint8Array): PaxRecords => {
  let path: string | null = null
  let size: string | null = null
  let sparse: string | null = null
  for (let at = 0; at < bytes.byteLength; ) {
    const blank = bytes.indexOf(0x20, at)
    const digits = blank < 0 || blank - at > 5 ? "" : nameOf(bytes.subarray(at, blank))
    const end = at + (/^[1-9]\d*$/.test(digits) ? Number(digits) : 0)
    const equals = bytes.indexOf(0x3d, blank)
    if (end <= blank + 1 || end > bytes.byteLength || bytes[end - 1] !== 0x0a || equals < 0 || equals >= end) {
      throw malformed()
    }
    const key = nameOf(bytes.subarray(blank + 1, equals))
    const value = bytes.subarray(equals + 1, end - 1)
    if (key === "GNU.sparse.name") sparse = shown(nameOf(value))
    else if (key.startsWith("GNU.sparse.")) sparse ??= "a file"
    if ((key === "path" && path !== null) || (key === "size" && size !== null)) throw malformed()
    if (key === "path") path = nameOf(value)
    if (key === "size") size = nameOf(value)
    at = end
  }
  if (sparse !== null) throw new ArchiveRefusal(`${sparse} is stored as a sparse file: pack without holes`)
  return { path, size }
}
