import { Context } from "effect"

/** Whether the log tells how sandbox processes are confined. Not by default: what runs a guest once says nothing of it. */
export const TellsConfinement = Context.Reference<boolean>("@alga-psa/ext-adapters-wit/TellsConfinement", {
  defaultValue: () => false
})
