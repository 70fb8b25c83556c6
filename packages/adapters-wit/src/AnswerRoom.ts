import { Context } from "effect"

/**
 * Whether there is room for one more answer of a tenant. It is asked when an execution's turn comes, before anything runs: where
 * there is none the execution is `overloaded`. Default: there always is.
 */
export const AnswerRoom = Context.Reference<{ readonly hasRoom: (tenantId: string) => boolean }>(
  "@alga-psa/ext-adapters-wit/AnswerRoom",
  { defaultValue: () => ({ hasRoom: () => true }) }
)
