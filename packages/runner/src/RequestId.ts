import { randomUUID } from "node:crypto"

/** The header that names a request in logs, in both directions. */
export const requestIdHeader = "x-request-id"

/** The id that was given where it is fit for a header and a log, else the other one. Default: a new one. */
export const requestIdOf = (given: string | null | undefined, otherwise?: string): string =>
  typeof given === "string" && /^[\x21-\x7e]{1,200}$/.test(given) ? given : (otherwise ?? randomUUID())
