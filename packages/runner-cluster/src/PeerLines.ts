import { randomBytes } from "node:crypto"
import { RpcSerialization } from "effect/rpc"

const newline = 10

/** What is kept for the next line while none is under way. */
const room = 65_536

/**
 * A message that holds bytes comes behind this line and the bytes themselves. It names a mark and how many bytes each part has. In the
 * message, the mark with a part's place stands for the part. The mark is random, so no text of a caller is one.
 */
const announced = /^(#[0-9a-f]{16}:)(\d{1,10}(?:,\d{1,10}){0,15})$/

interface Parts {
  readonly mark: string
  readonly of: ReadonlyArray<Uint8Array>
}

const parsed = (line: string, parts: Parts | null): unknown => {
  try {
    if (parts === null) return JSON.parse(line)
    const { mark, of } = parts
    return JSON.parse(line, (_, value: unknown) =>
      typeof value === "string" && value.startsWith(mark) ? of[Number(value.slice(mark.length))] : value
    )
  } catch (cause) {
    throw new RpcSerialization.NdjsonDecodeError({ cause })
  }
}

/** Reads messages. It looks at each byte once, and copies it a few times at most, however small the pieces are. */
const makeReader = (most: number) => {
  let line = Buffer.allocUnsafe(0)
  let length = 0
  let mark = ""
  let sizes: ReadonlyArray<number> = []
  let bytes = Buffer.allocUnsafe(0)
  let filled = 0
  let isBroken = false

  const empty = (): void => {
    length = 0
    if (line.length > room) line = Buffer.allocUnsafe(0)
  }
  const forget = (): void => {
    sizes = []
    bytes = Buffer.allocUnsafe(0)
    filled = 0
  }
  const tooMuch = () => {
    empty()
    forget()
    return new RpcSerialization.MaxBufferSizeExceeded({ maxBufferSize: most })
  }
  const append = (piece: Uint8Array): void => {
    const whole = length + piece.length
    if (whole + bytes.length > most) throw tooMuch()
    if (whole > line.length) {
      const larger = Buffer.allocUnsafe(Math.min(most, Math.max(whole, line.length * 2)))
      line.copy(larger, 0, 0, length)
      line = larger
    }
    line.set(piece, length)
    length = whole
  }
  const announce = (text: string): void => {
    const found = announced.exec(text)
    if (sizes.length > 0 || found === null) {
      forget()
      throw new RpcSerialization.NdjsonDecodeError({ cause: new Error("a line that announces no bytes") })
    }
    const [, name = "", list = ""] = found
    const given = list.split(",").map(Number)
    const sum = given.reduce((all, size) => all + size, 0)
    if (sum > most) throw tooMuch()
    mark = name
    sizes = given
    bytes = Buffer.allocUnsafe(sum)
  }
  const parts = (): Parts | null => {
    if (sizes.length === 0) return null
    let end = 0
    const of = sizes.map((size) => {
      end += size
      return new Uint8Array(bytes.buffer, bytes.byteOffset + end - size, size)
    })
    return { mark, of }
  }

  const read = (given: Uint8Array): ReadonlyArray<unknown> => {
    const messages: Array<unknown> = []
    let from = 0
    while (from < given.length) {
      if (filled < bytes.length) {
        const piece = given.subarray(from, from + bytes.length - filled)
        bytes.set(piece, filled)
        filled += piece.length
        from += piece.length
        continue
      }
      const end = given.indexOf(newline, from)
      if (end === -1) {
        append(given.subarray(from))
        break
      }
      append(given.subarray(from, end))
      from = end + 1
      if (length === 0) continue
      const text = line.toString("utf8", 0, length)
      empty()
      if (text.startsWith("#")) {
        announce(text)
        continue
      }
      const found = parts()
      forget()
      messages.push(parsed(text, found))
    }
    return messages
  }

  // After an error nobody knows where a message begins: what follows may be the bytes of a stranger's body. This error closes the connection.
  return (given: Uint8Array): ReadonlyArray<unknown> => {
    if (isBroken) throw tooMuch()
    isBroken = true
    const messages = read(given)
    isBroken = false
    return messages
  }
}

const written = (message: unknown): string | Uint8Array => {
  let mark = ""
  const parts: Array<Uint8Array> = []
  const text = JSON.stringify(message, (_, value: unknown) => {
    if (!(value instanceof Uint8Array)) return value
    mark ||= `#${randomBytes(8).toString("hex")}:`
    return `${mark}${parts.push(value) - 1}`
  })
  if (parts.length === 0) return `${text}\n`
  const head = `${mark}${parts.map(({ length }) => length).join(",")}\n`
  return Buffer.concat([Buffer.from(head), ...parts, Buffer.from(`${text}\n`)])
}

/**
 * One JSON text a line. The bytes of a message precede it as they are, at most 16 arrays. Line and bytes together have at most
 * so many bytes. As text they would be a third larger, and take time to write and to read.
 * `RpcSerialization.makeNdjson` knows no bytes, and looks through a line from its beginning for each piece of it that
 * arrives.
 */
export const peerLines = (most: number): RpcSerialization.RpcSerialization["Service"] => ({
  ...RpcSerialization.ndjson,
  makeUnsafe: () => {
    const read = makeReader(most)
    return {
      decode: (data) => read(typeof data === "string" ? Buffer.from(data) : data),
      encode: (message) => {
        if (!Array.isArray(message)) return written(message)
        if (message.length === 0) return undefined
        const all = message.map(written)
        return all.every((one) => typeof one === "string")
          ? all.join("")
          : Buffer.concat(all.map((one) => (typeof one === "string" ? Buffer.from(one) : one)))
      }
    }
  }
})
