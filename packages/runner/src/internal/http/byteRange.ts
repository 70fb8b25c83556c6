/** A part of a file: its first and its last byte, from 0. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

const one = /^bytes=(\d{0,15})-(\d{0,15})$/

/**
 * The part of a file of `size` bytes that a `Range` asks for. `whole` where it asks for none, for several, or in another unit; `outside` where
 * the file has nothing there.
 */
export const byteRange = (header: string, size: number): ByteRange | "whole" | "outside" => {
  const [, from = "", to = ""] = one.exec(header.trim()) ?? []
  if (from === "" && to === "") return "whole"
  if (from === "")
    return Number(to) === 0 || size === 0 ? "outside" : { first: Math.max(0, size - Number(to)), last: size - 1 }
  const first = Number(from)
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1)
  if (to !== "" && Number(to) < first) return "whole"
  return first >= size ? "outside" : { first, last }
}
