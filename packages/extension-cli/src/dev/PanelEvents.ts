import { Effect, Stream, SubscriptionRef } from "effect"
import type { Bench } from "./Bench.ts"

/** How long the panel waits for its next state after one: ten a second are more than anybody reads. */
const pause = Stream.drain(Stream.fromEffect(Effect.sleep("100 millis")))

/**
 * The bench as server-sent events for the panel: at once, and then after changes. If changes come faster than events
 * are sent or read, only the newest is sent.
 */
export const panelEvents = (bench: SubscriptionRef.SubscriptionRef<Bench>): Stream.Stream<string> =>
  SubscriptionRef.changes(bench).pipe(
    Stream.buffer({ capacity: 1, strategy: "sliding" }),
    Stream.flatMap((state) => Stream.concat(Stream.succeed(`data: ${JSON.stringify(state)}\n\n`), pause))
  )
