import type { InvocationData } from "@alga-psa/ext-domain"
import { Context } from "effect"

/** One line that an extension wrote, as it went to the log. */
export interface GuestLine {
  readonly invocation: InvocationData
  readonly level: "info" | "warn" | "error"
  /** In one line. */
  readonly message: string
  /** Whether it was longer. */
  readonly isCut: boolean
}

/** Who is told each line beside the log, at once and without waiting. Default: nobody. */
export const GuestLines = Context.Reference<(line: GuestLine) => void>("@alga-psa/ext-adapters-wit/GuestLines", {
  defaultValue: () => () => {}
})
