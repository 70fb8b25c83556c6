import { Context, Duration } from "effect"

/**
 * How long a port waits for its statement, the connection and a second try included, before it answers with the reason
 * `timeout`. Default: 10 seconds. It ends the wait where the server cannot end the statement itself (a network that swallows
 * packets), so it should be longer than the server's `statement_timeout`.
 */
export const ReadTimeout = Context.Reference<Duration.Duration>("@alga-psa/ext-adapters-pg/ReadTimeout", {
  defaultValue: () => Duration.seconds(10)
})
