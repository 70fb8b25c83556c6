import { archiveBounds } from "./ArchiveBounds.ts"
import { ArchiveRefusal, shown } from "./ArchiveRefusal.ts"
import { readPax } from "./PaxRecords.ts"
import { blockBytes, nameOf, readHeader, type TarHeader } from "./TarHeader.ts"

/** Which files are kept, decided by what their headers say; throws where one is larger than it may be. */
export type Wants = (name: string, bytes: number) => boolean

const endBlocks = 2

const byteLength = (text: string): number => new TextEncoder().encode(text).byteLength

/** The path of a file without the `./` before it, or null where it is no plain relative path: nobody can ask for that. */
const plainPath = (name: string): string | null => {
  const path = name.replace(/^\.\//, "")
  const isPlain =
    byteLength(path) <= archiveBounds.nameBytes &&
    /^[^\\\p{Cc}]+$/u.test(path) &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  return isPlain ? path : null
}

/**
 * Reads a tar archive as its bytes come, and keeps no more than the files that are wanted.
 *
 * Everything has a bound that is checked before it is kept: {@link archiveBounds}. Refused are entries of other kinds
 * than files and directories, a path that is there twice, and anything behind the archive's end. A file whose path is
 * absolute or leads elsewhere is skipped.
 */
export class TarReader {
  readonly files = new Map<string, Uint8Array>()
  private readonly wants: Wants
  private readonly paths = new Set<string>()
  private readonly block = new Uint8Array(blockBytes)
  private filled = 0
  private body: { readonly bytes: Uint8Array | null; done: (bytes: Uint8Array) => void } | null = null
  private bodyLeft = 0
  private paddingLeft = 0
  private zeroBlocks = 0
  private entries = 0
  private fileCount = 0
  private nameBytes = 0
  private extensionBytes = 0
  private total = 0
  private longName: string | null = null
  private pax: { readonly path: string | null; readonly size: string | null } | null = null
  private hasLongLink = false

  constructor(wants: Wants) {
    this.wants = wants
  }

  /** Takes the next bytes. */
  write(chunk: Uint8Array): void {
    this.total += chunk.byteLength
    this.checkTotal(0)
    for (let at = 0; at < chunk.byteLength; ) {
      if (this.zeroBlocks === endBlocks) {
        if (chunk.subarray(at).some((byte) => byte !== 0)) {
          throw new ArchiveRefusal("the archive has bytes behind the end of its files")
        }
        return
      }
      at += this.take(chunk.subarray(at))
    }
  }

  /** Says that no more bytes come. */
  end(): void {
    if (this.zeroBlocks < endBlocks) throw new ArchiveRefusal("the archive is cut off")
  }

  private checkTotal(more: number): void {
    if (this.total + more > archiveBounds.unpackedBytes) {
      throw new ArchiveRefusal(`the archive unpacks to more than ${archiveBounds.unpackedBytes} bytes`)
    }
  }

  private take(bytes: Uint8Array): number {
    if (this.bodyLeft > 0) return this.takeBody(bytes)
    if (this.paddingLeft > 0) {
      const length = Math.min(this.paddingLeft, bytes.byteLength)
      this.paddingLeft -= length
      return length
    }
    const length = Math.min(blockBytes - this.filled, bytes.byteLength)
    this.block.set(bytes.subarray(0, length), this.filled)
    this.filled += length
    if (this.filled === blockBytes) {
      this.filled = 0
      this.onBlock()
    }
    return length
  }

  private takeBody(bytes: Uint8Array): number {
    const length = Math.min(this.bodyLeft, bytes.byteLength)
    const kept = this.body?.bytes
    if (kept) kept.set(bytes.subarray(0, length), kept.byteLength - this.bodyLeft)
    this.bodyLeft -= length
    if (this.bodyLeft === 0) this.endBody()
    return length
  }

  private beginBody(length: number, isKept: boolean, done: (bytes: Uint8Array) => void): void {
    this.checkTotal(length)
    this.body = { bytes: isKept ? new Uint8Array(length) : null, done }
    this.bodyLeft = length
    this.paddingLeft = (blockBytes - (length % blockBytes)) % blockBytes
    if (length === 0) this.endBody()
  }

  private endBody(): void {
    const body = this.body
    this.body = null
    if (body?.bytes) body.done(body.bytes)
  }

  private onBlock(): void {
    if (this.block.every((byte) => byte === 0)) {
      if (this.pax !== null || this.longName !== null || this.hasLongLink)
        throw new ArchiveRefusal("the archive is cut off")
      this.zeroBlocks += 1
      return
    }
    if (this.zeroBlocks > 0) throw new ArchiveRefusal("the archive has bytes behind the end of its files")
    const header = readHeader(this.block)
    if (header.kind === "file" || header.kind === "directory") this.onEntry(header)
    else this.onExtension(header)
  }

  private onExtension({ bytes, kind, name }: TarHeader): void {
    this.extensionBytes += blockBytes + bytes
    if (bytes > archiveBounds.extensionBytes || this.extensionBytes > archiveBounds.extensionsBytes) {
      throw new ArchiveRefusal(
        `the archive has tar headers of too many bytes: at most ${archiveBounds.extensionBytes} in one, ${archiveBounds.extensionsBytes} together`
      )
    }
    const isThere = { pax: this.pax !== null, "long-name": this.longName !== null, "long-link": this.hasLongLink }
    if (isThere[kind as keyof typeof isThere]) {
      throw new ArchiveRefusal(`the archive has a tar header of one kind twice before ${shown(name)}`)
    }
    this.beginBody(bytes, true, (body) => {
      if (kind === "pax-global") {
        const { path, size } = readPax(body)
        if (path !== null || size !== null) throw new ArchiveRefusal("the archive has a name or a size for all files")
      } else if (kind === "pax") this.pax = readPax(body)
      else if (kind === "long-name") this.longName = nameOf(body).replace(/\0+$/, "")
      else this.hasLongLink = true
    })
  }

  private onEntry({ bytes, kind, name: short }: TarHeader): void {
    const given = this.pax?.path ?? this.longName ?? short
    const size = this.pax?.size ?? null
    this.pax = null
    this.longName = null
    this.hasLongLink = false
    const path = plainPath(given)
    const name = path ?? given
    this.entries += 1
    this.fileCount += kind === "file" ? 1 : 0
    this.nameBytes += byteLength(given)
    if (this.fileCount > archiveBounds.files)
      throw new ArchiveRefusal(`the archive has more than ${archiveBounds.files} files`)
    if (this.entries > archiveBounds.entries || this.nameBytes > archiveBounds.namesBytes) {
      throw new ArchiveRefusal(
        `the archive has more than ${archiveBounds.entries} entries or ${archiveBounds.namesBytes} bytes of paths`
      )
    }
    if (size !== null && size !== String(bytes)) throw new ArchiveRefusal(`${shown(name)} has two sizes`)
    if (kind === "directory") {
      if (bytes > 0) throw new ArchiveRefusal(`${shown(name)} is a directory with content`)
      return
    }
    if (this.paths.has(name)) throw new ArchiveRefusal(`${shown(name)} is in the archive twice`)
    this.paths.add(name)
    const isWanted = path !== null && this.wants(name, bytes)
    this.beginBody(bytes, isWanted, (body) => this.files.set(name, body))
  }
}
