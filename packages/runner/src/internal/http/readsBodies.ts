import { absent, UserId } from "@alga-psa/ext-domain"
import { Schema } from "effect"

/** The body of a read of today's runner. The type of the user that it names is not read: the database says it. */
export const ReadsRequest = Schema.Struct({
  operation: Schema.Literals(["list", "get"]).annotate({ message: "must be list or get" }),
  input: absent(Schema.Record(Schema.String, Schema.Unknown)),
  user: absent(Schema.Struct({ userId: UserId }))
})
export type ReadsRequest = typeof ReadsRequest.Type

/** How the product names each status of a read that failed. */
export const readsCodes = {
  401: "UNAUTHORIZED",
  403: "NOT_ALLOWED",
  400: "INVALID_INPUT",
  404: "NOT_FOUND",
  500: "INTERNAL_ERROR"
} as const

/** What today's runner sends its token as. */
export const readsTokenHeader = "x-runner-auth"
