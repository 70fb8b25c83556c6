import { Buffer } from "node:buffer"

/** Bytes of a frame's length, before its body. */
export const headerBytes = 4

/** The other side announced a frame over the bound. Nothing of it was kept. */
export class FrameTooLarge extends Error {}

/**
 * Puts chunks of a pipe together to frames: four bytes of length, most significant first, then that many bytes. A
 * length over `maxBytes` throws {@link FrameTooLarge} before any of the frame is buffered.
 */
export const makeFrameReader = (maxBytes: number, onFrame: (frame: Buffer) => void): ((chunk: Buffer) => void) => {
  let chunks: Array<Buffer> = []
  let buffered = 0
  let wanted: number | null = null

  const take = (length: number): Buffer => {
    const all = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    buffered -= length
    chunks = buffered > 0 ? [all.subarray(length)] : []
    return all.subarray(0, length)
  }

  return (chunk) => {
    chunks.push(chunk)
    buffered += chunk.byteLength
    for (;;) {
      if (wanted === null) {
        if (buffered < headerBytes) return
        wanted = take(headerBytes).readUInt32BE()
        if (wanted > maxBytes) throw new FrameTooLarge(`${wanted} bytes`)
      }
      if (buffered < wanted) return
      const frame = take(wanted)
      wanted = null
      onFrame(frame)
    }
  }
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
