import { Effect, Stream, SubscriptionRef } from "effect"
import type { Bench } from "./Bench.ts"

/** How long the panel waits for its next state after one: ten a second are more than anybody reads. */
const pause = Stream.drain(Stream.fromEffect(Effect.sleep("100 millis")))

/**
 * The bench as the panel is told of it, as server-sent events: as it is, and then after changes. What changes sooner than
 * a panel is told again, or than it reads, is left out but for the newest.
 */
export const panelEvents = (bench: SubscriptionRef.SubscriptionRef<Bench>): Stream.Stream<string> =>
  SubscriptionRef.changes(bench).pipe(
    Stream.buffer({ capacity: 1, strategy: "sliding" }),
    Stream.flatMap((state) => Stream.concat(Stream.succeed(`data: ${JSON.stringify(state)}\n\n`), pause))
  )
