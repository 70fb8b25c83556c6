import { dirname, resolve } from "node:path"
import type { BundledHandler } from "@alga-psa/ext-extension-sdk/build"
import { decode } from "@jridgewell/sourcemap-codec"

/** A stretch of a file, in lines and columns from 0; the end is not part of it. */
export interface Stretch {
  readonly file: string
  readonly from: readonly [line: number, column: number]
  readonly to: readonly [line: number, column: number]
}

const before = ([line, column]: readonly [number, number], [otherLine, otherColumn]: readonly [number, number]) =>
  line < otherLine || (line === otherLine && column < otherColumn)

/** Says whether anything of a stretch of source is left in a bundle after its unused code was dropped. */
export const keptCode = (
  entry: string,
  { sourceMap }: Pick<BundledHandler, "sourceMap">
): ((stretch: Stretch) => boolean) => {
  const map: { sources: ReadonlyArray<string>; mappings: string } = JSON.parse(sourceMap)
  const kept = new Map<string, Array<readonly [number, number]>>()
  for (const segment of decode(map.mappings).flat()) {
    const [, source, line, column] = segment
    if (source === undefined || line === undefined || column === undefined) continue
    const file = resolve(dirname(entry), map.sources[source] ?? "")
    const places = kept.get(file) ?? []
    places.push([line, column])
    kept.set(file, places)
  }
  return ({ file, from, to }) => kept.get(file)?.some((place) => !before(place, from) && before(place, to)) ?? false
}
