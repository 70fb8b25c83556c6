import { RpcSerialization } from "effect/rpc"

const newline = 10

/** What is kept for the next line while none is under way. */
const room = 65_536

/** Splits bytes into lines. It looks at each byte once, and copies it a few times at most, however small the pieces are. */
export const makeLineReader = (most: number) => {
  let line = Buffer.allocUnsafe(0)
  let length = 0

  const empty = (): void => {
    length = 0
    if (line.length > room) line = Buffer.allocUnsafe(0)
  }
  const append = (piece: Uint8Array): void => {
    const whole = length + piece.length
    if (whole > most) {
      empty()
      throw new RpcSerialization.MaxBufferSizeExceeded({ maxBufferSize: most })
    }
    if (whole > line.length) {
      const larger = Buffer.allocUnsafe(Math.min(most, Math.max(whole, line.length * 2)))
      line.copy(larger, 0, 0, length)
      line = larger
    }
    line.set(piece, length)
    length = whole
  }

  return (bytes: Uint8Array): ReadonlyArray<string> => {
    const lines: Array<string> = []
    let from = 0
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, from)) {
      append(bytes.subarray(from, end))
      if (length > 0) lines.push(line.toString("utf8", 0, length))
      empty()
      from = end + 1
    }
    append(bytes.subarray(from))
    return lines
  }
}

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new RpcSerialization.NdjsonDecodeError({ cause })
  }
}

const written = (message: unknown): string => `${JSON.stringify(message)}\n`

/**
 * One JSON text a line, of at most so many bytes. `RpcSerialization.makeNdjson` says the same, and looks through a line from its
 * beginning for each piece of it that arrives.
 */
export const peerLines = (most: number): RpcSerialization.RpcSerialization["Service"] => ({
  ...RpcSerialization.ndjson,
  makeUnsafe: () => {
    const linesOf = makeLineReader(most)
    return {
      decode: (data) => linesOf(typeof data === "string" ? Buffer.from(data) : data).map(parsed),
      encode: (message) => {
        if (!Array.isArray(message)) return written(message)
        return message.length === 0 ? undefined : message.map(written).join("")
      }
    }
  }
})
