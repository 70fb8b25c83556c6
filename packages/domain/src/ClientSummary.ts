import { Schema } from "effect"
import { ClientId } from "./Identifiers.ts"

/** What an extension sees of a client. `null` where the database holds nothing. */
export const ClientSummary = Schema.Struct({
  clientId: ClientId,
  clientName: Schema.String,
  clientType: Schema.NullOr(Schema.String).annotateKey({ description: "`company` or `individual`." }),
  isInactive: Schema.Boolean,
  defaultCurrencyCode: Schema.NullOr(Schema.String).annotateKey({ description: "ISO 4217, three letters." }),
  accountManagerId: Schema.NullOr(Schema.String),
  accountManagerName: Schema.NullOr(Schema.String),
  billingEmail: Schema.NullOr(Schema.String).annotateKey({
    description: "Not necessarily the address that invoices go to."
  })
})
export interface ClientSummary extends Schema.Schema.Type<typeof ClientSummary> {}

/** What a second edition adds to {@link ClientSummary}. */
export const ClientSummaryV2 = Schema.Struct({
  ...ClientSummary.fields,
  tags: Schema.Array(Schema.String).annotateKey({
    description:
      "Texts of the client's tags, sorted by code point; empty when there are none, and for users of the client portal."
  })
})
export interface ClientSummaryV2 extends Schema.Schema.Type<typeof ClientSummaryV2> {}

/** A person's display name: first and last name joined with a space and trimmed; null when nothing remains. */
export const personName = (first: string | null, last: string | null): string | null =>
  `${first ?? ""} ${last ?? ""}`.trim() || null
