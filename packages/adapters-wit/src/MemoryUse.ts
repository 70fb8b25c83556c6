import { Context } from "effect"

/**
 * Hears how much memory a component had when it had answered, in bytes. Its memories never shrink, so that is the most that the
 * request took. 0 where its memories cannot be seen. Default: nobody hears it.
 */
export const MemoryUse = Context.Reference<(bytes: number) => void>("@alga-psa/ext-adapters-wit/MemoryUse", {
  defaultValue: () => () => {}
})
