import type { Bound, TimeBound } from "@alga-psa/ext-domain/Bound"

/** The numbers of a pool on a PostgreSQL server. The settings `DATABASE_…` are made from them. */
export const serverBounds = {
  maxConnections: {
    purpose:
      "Connections to the database. Reads of single records share a fifth; each list has one of the others to itself.",
    unit: "connections",
    default: 10,
    least: 1,
    most: 1_000
  }
} as const satisfies { readonly [name: string]: Bound }

/** How long to wait for the server. */
export const serverTimes = {
  connectTimeout: {
    purpose: "How long a connection to Alga's database or its replica may take to be ready; others have 5 seconds.",
    default: "5 seconds",
    most: "10 minutes"
  },
  statementTimeout: {
    purpose: "How long the server may work on one statement.",
    default: "5 seconds",
    most: "1 day"
  }
} as const satisfies { readonly [name: string]: TimeBound }
