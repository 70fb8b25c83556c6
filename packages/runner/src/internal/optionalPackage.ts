import { Effect } from "effect"

/** Loads what a package has that may not be installed. Fails with `missing` where it is not. */
export const fromOptional = <A, E>(name: string, load: () => Promise<A>, missing: () => E): Effect.Effect<A, E> =>
  Effect.catch(Effect.tryPromise({ try: load, catch: (cause) => cause }), (cause) =>
    cause instanceof Error &&
    "code" in cause &&
    cause.code === "ERR_MODULE_NOT_FOUND" &&
    cause.message.includes(`'${name}'`)
      ? Effect.fail(missing())
      : Effect.die(cause)
  )
