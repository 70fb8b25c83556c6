import type { TimeBound } from "@alga-psa/ext-domain/Bound"
import { longestKept } from "./internal/durationSetting.ts"

/** How long the stores of bundles and of answers may take, and how long they keep. Settings are made from them. */
export const storeTimes = {
  bundle: { purpose: "How long fetching a bundle over HTTP may take.", default: "15 seconds" },
  idempotencyWindow: {
    purpose: "How long an idempotency key holds its answer.",
    default: "24 hours",
    least: "1 minute",
    most: longestKept
  }
} as const satisfies { readonly [name: string]: TimeBound }
