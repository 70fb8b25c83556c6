/** For whom guarded reads are made: an install of a tenant, and the user who asks or what runs without one. */
export type Caller = {
  readonly tenant: string
  /** `tenant_extension_install.id`. */
  readonly install: string
  /** For the audit. */
  readonly requestId?: string
} & (
  | { readonly user: string; readonly trigger?: never }
  | { readonly trigger: "schedule" | "webhook"; readonly user?: never }
)
