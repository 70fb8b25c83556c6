import { chanceOf } from "@alga-psa/ext-adapters-memory/contract/Chance"
import { componentEmbed, componentNew, parse } from "@bytecodealliance/jco"
import { canonicals, canonicalText, importsOfCanonical } from "./canonical.ts"
import { drawProgram } from "./draw.ts"
import { guestText, type Imported, instructionNames } from "./guestText.ts"
import type { Feature } from "./Operations.ts"
import { encode } from "./Program.ts"
import { wit, worldFunctions } from "./worldFunctions.ts"

/** A guest that runs programs, and what they may be made of. */
export interface Guest {
  readonly name: string
  readonly features: ReadonlySet<Feature>
  readonly imports: ReadonlyArray<Imported>
  /** Its instructions; each one's place is its number. */
  readonly names: ReadonlyArray<string>
  readonly bytes: () => Promise<Uint8Array>
}

const startSeed = 7

/** A program for the guest's start, which calls nothing that an own process could not answer twice the same way. */
const startOf = (guest: Pick<Guest, "features" | "imports" | "names">): string => {
  const bytes = encode(drawProgram(chanceOf(startSeed), { ...guest, deadly: false }), guest.names)
  return Array.from(bytes, (byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("")
}

const ofWorld = (name: string, functions: ReadonlyArray<Imported>, ...list: ReadonlyArray<Feature>): Guest => {
  const features = new Set(list)
  const names = instructionNames(features, functions)
  const guest = { name, features, imports: functions, names }
  return {
    ...guest,
    bytes: async () => {
      const atStart = features.has("start") ? startOf(guest) : ""
      const binary = await parse(guestText(features, functions, { atStart }))
      return componentNew(await componentEmbed({ binary, witPath: wit, world: "runner" }))
    }
  }
}

const ofText = (name: string, own: Parameters<typeof importsOfCanonical>[0]): Guest => {
  const features = new Set<Feature>(["growth"])
  const imports = importsOfCanonical(own)
  const names = instructionNames(features, imports)
  return { name, features, imports, names, bytes: () => parse(canonicalText(features, own)) }
}

/** Guests that differ in what intake makes of them, and can call all functions of the world. */
const worldGuests = async (): Promise<ReadonlyArray<Guest>> => {
  const functions = await worldFunctions()
  return [
    ofWorld("plain", functions),
    ofWorld("deep", functions, "deep"),
    ofWorld("growing", functions, "growth"),
    ofWorld("tables", functions, "growth", "table-writes"),
    ofWorld("drops", functions, "growth", "segment-drops"),
    ofWorld("reference", functions, "reference-global"),
    ofWorld("vector", functions, "vector-global"),
    ofWorld("second", functions, "second-memory"),
    ofWorld("second-growing", functions, "second-memory", "second-growth"),
    ofWorld("start", functions, "growth", "start")
  ]
}

const families = Object.entries(canonicals)

/** Guests whose memory is in another module, with canonical functions that they ask for: a family together, and each alone. */
const canonicalGuests = (): ReadonlyArray<Guest> => [
  ...families.map(([family, own]) => ofText(`shared ${family}`, own)),
  ...families.flatMap(([, own]) => (own.length < 2 ? [] : own.map((one) => ofText(`shared ${one.name}`, [one]))))
]

/** Guests in two lists: what extensions may be, and what intake should refuse where it takes only what it knows. */
export const allGuests = async (): Promise<readonly [usual: ReadonlyArray<Guest>, odd: ReadonlyArray<Guest>]> => {
  const [resources] = families
  const own = [ofText("shared", []), ofText("shared resources", resources?.[1] ?? [])]
  return [[...(await worldGuests()), ...own], canonicalGuests()]
}
