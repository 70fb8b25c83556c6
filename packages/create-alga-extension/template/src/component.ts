import { serve } from "@alga-psa/ext-extension-sdk/component"
import { handle } from "./handler.ts"

/** What the component exports. */
export const handler = serve(handle)
