import { absent } from "@alga-psa/ext-domain"
import { Schema } from "effect"

/** A WIT option: null, or missing where the component was built before the field existed, for none. */
export const option = <S extends Schema.Constraint>(schema: S) => absent(schema)

/** A WIT `u32`. */
export const u32 = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 0xffff_ffff }))

/** A WIT `u64`. */
export const u64 = Schema.BigInt

/** A WIT `f64`, with NaN and the infinities. */
export const f64 = Schema.Number

/** A WIT `list<u8>`. */
export const bytes = Schema.Uint8Array
