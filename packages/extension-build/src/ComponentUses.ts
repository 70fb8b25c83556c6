import type { ComponentUse } from "@alga-psa/ext-extension-sdk/build"
import { atPlace, type HostUse } from "./HostUsage.ts"

/** How many places of one interface a component carries, and how long each may be. */
const most = { places: 5, letters: 300 } as const

/** The places that a component names to whoever reviews it: the first few of each interface, by file and line. */
export const componentUses = (uses: ReadonlyArray<HostUse>): ReadonlyArray<ComponentUse> => {
  const named = [...uses]
    .sort(
      (one, other) =>
        Number(one.file > other.file) - Number(one.file < other.file) ||
        one.line - other.line ||
        one.column - other.column
    )
    .map((use) => ({ interface: use.interface, at: atPlace(use), written: use.written }))
    .filter(({ at }) => at.length <= most.letters)
  const interfaces = [...new Set(named.map((use) => use.interface))].sort()
  return interfaces.flatMap((name) => named.filter((use) => use.interface === name).slice(0, most.places))
}
