/** What is said of a guarded call: who, what, how it ended. It holds nothing that the call was given or gave. */
export interface AuditRecord {
  /** When the call ended, in ISO 8601. */
  readonly time: string
  /** Such as `clients.list`. */
  readonly operation: string
  readonly outcome: "ok" | "capability-denied" | "rbac-denied" | "invalid-input" | "internal" | "interrupted"
  /** What the install needs for it. */
  readonly capability: string
  readonly tenant: string
  /** Null where the tenant has no such install. */
  readonly extension: string | null
  readonly install: string
  /** The installed version; null where the tenant has no such install. */
  readonly version: string | null
  /** Null, as no archive runs. */
  readonly contentHash: string | null
  readonly user: string | null
  readonly trigger: string | null
  readonly requestId: string | null
  readonly durationMs: number
  /** How many records were found, where the outcome is `ok`. */
  readonly resultCount?: number
  /** The capability or permission that is missing, where it was denied. */
  readonly missing?: string
  /** The field that breaks a rule, where the input is invalid. */
  readonly field?: string
  /** Which rule, or why it was denied, where more is known. */
  readonly why?: string
}
