import { type Duration, Predicate, Record, Schema } from "effect"

/** A whole number that a deployment may set, and all that is known of it. Settings and documents are made from it. */
export interface Bound {
  readonly purpose: string
  /** What it counts, in the plural: `bytes`, `calls`. */
  readonly unit: string
  readonly least: number
  readonly most: number
  /** Null where nothing, or another number, takes its place. */
  readonly default: number | null
  /** The default in words, where it depends on the machine or on another number. */
  readonly defaultIs?: string
}

/** A time such as `5 seconds`, as settings write it. */
export type WrittenTime = `${number} ${Duration.Unit}`

/** A time that a deployment may set, and all that is known of it. Settings and documents are made from it. */
export interface TimeBound {
  readonly purpose: string
  readonly default: WrittenTime
  /** Default: 1 millisecond. */
  readonly least?: WrittenTime
  /** Default: the longest that a timer can hold. */
  readonly most?: WrittenTime
}

/** The schema of a number within its bound. */
export const bounded = ({ least, most, purpose, unit }: Bound) =>
  Schema.Int.annotate({ description: purpose }).check(
    Schema.isBetween({ minimum: least, maximum: most }, { message: `must be ${least} to ${most} ${unit}` })
  )

/** The defaults of those bounds that have one. */
export const defaultsOf = <B extends { readonly [name: string]: Bound }>(bounds: B) => {
  const defaults = Record.map(bounds as { readonly [name: string]: Bound }, (bound) => bound.default)
  return Record.filter(defaults, Predicate.isNotNull) as {
    readonly [Name in keyof B as B[Name]["default"] extends null ? never : Name]: number
  }
}
