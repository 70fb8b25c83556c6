import type { ExecutionFailedReason } from "@alga-psa/ext-adapters-wit"

const advice: Partial<Record<ExecutionFailedReason, string>> = {
  "too-deep":
    "A function calls itself without end, or calls are nested deeper than the engine has room for. On QuickJS no try can catch that. Keep a list of what is left to do, and walk that instead.",
  "memory-limit": "Keep less at a time: handle records page by page, and let go of what is done.",
  "host-call-limit": "Ask for more at a time: 100 records a page, or many ids in one call."
}

/** What an author can do about an execution that gave no answer, as lines; none where its reason says it all. */
export const failureAdvice = (reason: string): ReadonlyArray<string> => {
  const advised = Object.hasOwn(advice, reason) ? advice[reason as ExecutionFailedReason] : undefined
  return advised === undefined ? [] : [advised]
}
