import { Option, Schema } from "effect"
import { customSection } from "./internal/host/customSection.ts"

const known = ["request-time", "request-seed"] as const

/** What a component says that it asks of its host: a time and random bytes with each request. */
export type ComponentNeed = (typeof known)[number]

const text = (most: number) => Schema.String.check(Schema.isMaxLength(most))

/** A place in the author's source that uses an interface of the world. */
export const ComponentUse = Schema.Struct({
  /** Such as `clients`. */
  interface: text(64),
  /** File, line and column: `src/handler.ts:12:5`. */
  at: text(300),
  /** As it is written: `host.clients`. */
  written: text(64)
})
export type ComponentUse = typeof ComponentUse.Type

const Build = Schema.Struct({
  engine: Schema.Literals(["quickjs", "starlingmonkey"]),
  uses: Schema.Array(ComponentUse).check(Schema.isMaxLength(500))
})
const decodeBuild = Schema.decodeUnknownOption(Schema.fromJsonString(Build))

/** What the builder of a component wrote into it. Nothing checks that it is true. */
export interface ComponentNotes {
  /** The JavaScript engine in it; null where none is named. */
  readonly engine: "quickjs" | "starlingmonkey" | null
  readonly needs: ReadonlyArray<ComponentNeed>
  /** Where its sources use the world: a few places for each interface. Empty where the build wrote no list. */
  readonly uses: ReadonlyArray<ComponentUse>
}

const longest = { needs: 256, build: 262_144, producers: 4_096 } as const

/** Reads what a component says of itself. Of what is no component, or says nothing that is understood: nothing. */
export const componentNotes = (bytes: Uint8Array): ComponentNotes => {
  const needs = customSection(bytes, "alga:needs", longest.needs)?.split(",") ?? []
  const build = Option.getOrNull(decodeBuild(customSection(bytes, "alga:build", longest.build)))
  const madeBy = customSection(bytes, "producers", longest.producers) ?? ""
  return {
    engine: build?.engine ?? (madeBy.includes("ComponentizeJS") ? "starlingmonkey" : null),
    needs: known.filter((need) => needs.includes(need)),
    uses: build?.uses ?? []
  }
}
