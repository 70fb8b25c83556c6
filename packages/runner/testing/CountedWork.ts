import { turns } from "@alga-psa/ext-domain/testing/EventLoop"
import { Effect } from "effect"

/** Work that says how much of it is under way, or was begun. */
export const counter = () => {
  let working = 0
  let begun = 0
  const work = Effect.acquireUseRelease(
    Effect.sync(() => {
      working += 1
      begun += 1
    }),
    () => turns(1),
    () =>
      Effect.sync(() => {
        working -= 1
      })
  )
  return { work, working: () => working, begun: () => begun }
}
