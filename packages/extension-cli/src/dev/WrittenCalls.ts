import type { BundledHandler } from "@alga-psa/ext-extension-sdk/build"
import type { PlaceOf } from "./SourceStack.ts"

/** Where the extension's own code calls the host: places such as `src/handler.ts:12:5`, by calls such as `clients.all`. */
export type WrittenCalls = ReadonlyMap<string, ReadonlyArray<string>>

const call = /\b(\w+)\s*\.\s*(\w+)\s*\(/g

/** How many places of one call are kept. */
const mostPlaces = 5

/** Finds them in the script, where comments and unused code are gone. A call through another name is not found. */
export const writtenCalls = (
  { script }: Pick<BundledHandler, "script">,
  parts: ReadonlySet<string>,
  placeOf: PlaceOf
): WrittenCalls => {
  const found = new Map<string, ReadonlyArray<string>>()
  for (const [at, line] of script.split("\n").entries()) {
    for (const { 1: part = "", 2: name = "", index } of line.matchAll(call)) {
      const place = parts.has(part) ? placeOf(at + 1, index + 1) : null
      const before = found.get(`${part}.${name}`) ?? []
      if (place !== null && before.length < mostPlaces) found.set(`${part}.${name}`, [...before, place])
    }
  }
  return found
}
