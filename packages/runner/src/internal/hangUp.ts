import { Effect, Queue, Stream } from "effect"

/** One element for each SIGHUP that this process receives. While it runs, the signal does not end the process. */
export const hangUps: Stream.Stream<void> = Stream.callback<void>((queue) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const received = () => void Queue.offerUnsafe(queue, undefined)
      process.on("SIGHUP", received)
      return received
    }),
    (received) => Effect.sync(() => process.off("SIGHUP", received))
  )
)
