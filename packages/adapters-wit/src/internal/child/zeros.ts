import { Buffer } from "node:buffer"
import { pageBytes } from "./CoreWasm.ts"

const zeros = new Uint8Array(pageBytes)

/**
 * Overwrites with zeros what is not zero from a place on, page by page, and notes the pages that were not. A page that nobody
 * wrote is only read, so that it takes no memory.
 */
export const setToZero = (bytes: Uint8Array, from: number, written: Set<number>): void => {
  for (let at = from; at < bytes.byteLength; at += pageBytes) {
    const page = bytes.subarray(at, at + pageBytes)
    if (Buffer.compare(page, page.byteLength === pageBytes ? zeros : zeros.subarray(0, page.byteLength)) === 0) continue
    page.fill(0)
    written.add(at)
  }
}
