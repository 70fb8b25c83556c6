import { Buffer } from "node:buffer"

/** Bytes of a frame's length, before its body. */
export const headerBytes = 4

/** The other side announced a frame over the bound. Nothing of it was kept. */
export class FrameTooLarge extends Error {}

const firstBytes = 65_536

/** Takes in the bytes of one piece of a frame, however small the chunks are that they come in. */
const makePiece = (length: number) => {
  let bytes = Buffer.allocUnsafe(Math.min(length, firstBytes))
  let filled = 0
  return {
    /** The piece where it is complete. */
    bytes: (): Buffer | null => (filled === length ? bytes : null),
    /** Takes what it needs of a chunk from a place on, and says how much that is. */
    take: (chunk: Buffer, from: number): number => {
      const taken = Math.min(length - filled, chunk.byteLength - from)
      if (filled + taken > bytes.byteLength) {
        const larger = Buffer.allocUnsafe(Math.min(length, Math.max(filled + taken, bytes.byteLength * 2)))
        larger.set(bytes.subarray(0, filled))
        bytes = larger
      }
      bytes.set(chunk.subarray(from, from + taken), filled)
      filled += taken
      return taken
    }
  }
}

/**
 * Puts chunks of a pipe together to frames: four bytes of length, most significant first, then that many bytes. A
 * length over `maxBytes` throws {@link FrameTooLarge} before any of the frame is buffered. What waits for the rest of its
 * frame takes at most twice its bytes.
 */
export const makeFrameReader = (maxBytes: number, onFrame: (frame: Buffer) => void): ((chunk: Buffer) => void) => {
  let piece: ReturnType<typeof makePiece> | null = null
  let wanted: number | null = null

  /** The next bytes where they are all there; what is there is taken in any case. */
  const next = (
    chunk: Buffer,
    from: number,
    length: number
  ): { readonly bytes: Buffer | null; readonly to: number } => {
    if (piece === null && chunk.byteLength - from >= length) {
      return { bytes: chunk.subarray(from, from + length), to: from + length }
    }
    piece ??= makePiece(length)
    const to = from + piece.take(chunk, from)
    const bytes = piece.bytes()
    if (bytes !== null) piece = null
    return { bytes, to }
  }

  return (chunk) => {
    for (let from = 0; from < chunk.byteLength; ) {
      if (wanted === null) {
        const header = next(chunk, from, headerBytes)
        if (header.bytes === null) return
        from = header.to
        wanted = header.bytes.readUInt32BE()
        if (wanted > maxBytes) throw new FrameTooLarge(`${wanted} bytes`)
      }
      const body = next(chunk, from, wanted)
      if (body.bytes === null) return
      from = body.to
      wanted = null
      onFrame(body.bytes)
    }
  }
}

/** The header of a frame of that many bytes. */
export const headerOf = (length: number): Buffer => {
  const header = Buffer.allocUnsafe(headerBytes)
  header.writeUInt32BE(length)
  return header
}

/** One frame, header first, in one piece, so that the other side wakes up once for it. Text is sent in UTF-8. */
export const frame = (body: Uint8Array | string): Buffer => {
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength
  const whole = Buffer.allocUnsafe(headerBytes + length)
  whole.writeUInt32BE(length)
  if (typeof body === "string") whole.write(body, headerBytes, "utf8")
  else whole.set(body, headerBytes)
  return whole
}
