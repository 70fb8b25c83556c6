import { Duration, Schema } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { IdempotentRequest } from "../Idempotency.ts"
import { KeptAnswer } from "../KeptAnswer.ts"
import { claimTable } from "./idempotencyTable.ts"

/** A claim that is not renewed for so long counts as abandoned: its runner is gone. */
const claimSeconds = 10

const ofTrigger = "trigger"
const encode = Schema.encodeSync(Schema.fromJsonString(KeptAnswer))
const decode = Schema.decodeUnknownSync(Schema.fromJsonString(KeptAnswer))

/** Who has a key: an execution that is under way, one that ended, or a kept trigger. */
export type Holder = "execution" | "trigger" | KeptAnswer

/** A key that is held. */
export interface Held {
  readonly fingerprint: string
  readonly holder: Holder
}

/** The statements on keys and their claims, by the server's clock. A claim that is renewed is nobody else's, however old. */
export const makeClaims = (sql: SqlClient, window: Duration.Duration) => {
  const table = sql.literal(claimTable)
  const seconds = Duration.toSeconds(window)
  const keyOf = ({ install, key, tenant }: IdempotentRequest) =>
    sql`tenant_id = ${tenant}::uuid AND install_id = ${install}::uuid AND key = ${key}`
  const mine = (request: IdempotentRequest, owner: string) => sql`${keyOf(request)} AND owner = ${owner}::uuid`

  return {
    /** Gives a row where the key is this owner's now: it was free, or this same request's that nobody works on any more. */
    claim: ({ fingerprint, install, key, tenant }: IdempotentRequest, owner: string, by: "execution" | "trigger") =>
      sql`
        INSERT INTO ${table} AS held (tenant_id, install_id, key, fingerprint, owner, claimed_until, expires_at, answer)
        VALUES (
          ${tenant}::uuid, ${install}::uuid, ${key}, ${fingerprint}, ${owner}::uuid,
          now() + make_interval(secs => ${claimSeconds}), now() + make_interval(secs => ${seconds}),
          ${by === "trigger" ? ofTrigger : null}
        )
        ON CONFLICT (tenant_id, install_id, key) DO UPDATE SET
          fingerprint = excluded.fingerprint, owner = excluded.owner, claimed_until = excluded.claimed_until,
          expires_at = excluded.expires_at, answer = excluded.answer
        WHERE (held.answer IS NOT NULL AND held.expires_at <= now())
          OR (held.answer IS NULL AND held.claimed_until <= now()
            AND (held.fingerprint = excluded.fingerprint OR held.expires_at <= now()))
        RETURNING 1 AS claimed`,

    /** The key as it is held, or no row. */
    held: (request: IdempotentRequest) =>
      sql<{ readonly fingerprint: string; readonly answer: string | null }>`
        SELECT fingerprint, answer FROM ${table} WHERE ${keyOf(request)}`,

    /** Gives a row where the claim was this owner's and is so for longer. */
    renew: (request: IdempotentRequest, owner: string) =>
      sql`
        UPDATE ${table} SET claimed_until = now() + make_interval(secs => ${claimSeconds})
        WHERE ${mine(request, owner)}
        RETURNING 1 AS claimed`,

    /**
     * Keeps the answer for the window from now on, or gives the key up where it is null. Gives a row where the claim was this
     * owner's.
     */
    settle: (request: IdempotentRequest, owner: string, answer: KeptAnswer | null) =>
      answer === null
        ? sql`DELETE FROM ${table} WHERE ${mine(request, owner)} AND answer IS NULL RETURNING 1 AS claimed`
        : sql`
            UPDATE ${table} SET answer = ${encode(answer)}, expires_at = now() + make_interval(secs => ${seconds})
            WHERE ${mine(request, owner)} AND answer IS NULL
            RETURNING 1 AS claimed`,

    sweep: sql`
      DELETE FROM ${table} WHERE expires_at <= now() AND (answer IS NOT NULL OR claimed_until <= now())`
  }
}

/** What a row of the table says. */
export const heldOf = (row: { readonly fingerprint: string; readonly answer: string | null }): Held => ({
  fingerprint: row.fingerprint,
  holder: row.answer === null ? "execution" : row.answer === ofTrigger ? "trigger" : decode(row.answer)
})
