import { ids } from "@alga-psa/ext-adapters-memory"
import type { ExtensionId, InstallId, TenantId, UserId } from "@alga-psa/ext-domain"
import * as Viewer from "./Viewer.ts"

/** One execution that the demo sends. */
export interface DemoCase {
  readonly name: string
  /** What it shows, in a few words. */
  readonly shows: string
  readonly tenant: TenantId
  readonly extension: ExtensionId
  readonly install: InstallId
  /** Null for an execution without a user. */
  readonly user: UserId | null
  readonly trigger: string | null
  readonly path: string
  readonly query: Readonly<Record<string, string>>
}

/** Staff with both permissions asks for everything at once. */
export const adminCase: DemoCase = {
  name: "admin-user",
  shows: "staff with both permissions",
  tenant: ids.tenants.acme,
  extension: ids.extensions.full,
  install: ids.installs.full,
  user: ids.users.admin,
  trigger: null,
  path: "/api/overview",
  query: {}
}

const absentId = "00000000-0000-4000-8000-000000000000"

/** The demo's cases. All run the sample extension through `POST /v1/execute`. */
export const demoCases: ReadonlyArray<DemoCase> = [
  adminCase,
  { ...adminCase, name: "no-user", shows: "a schedule: only the capabilities", user: null, trigger: "schedule" },
  {
    ...adminCase,
    name: "user-without-permission",
    shows: "staff whose roles hold no permission",
    user: ids.users.withoutPermission,
    path: "/api/clients"
  },
  { ...adminCase, name: "portal-user", shows: "only the own client", user: ids.users.portal, path: "/api/clients" },
  {
    ...adminCase,
    name: "no-grant",
    shows: "declared, never granted",
    extension: ids.extensions.ungranted,
    install: ids.installs.ungranted
  },
  {
    ...adminCase,
    name: "other-tenant",
    shows: "a client of another tenant, by its id",
    path: `/api/clients/${ids.clients.borealisFirst}`
  },
  {
    ...adminCase,
    name: "bad-input",
    shows: "a page size out of range",
    path: "/api/clients",
    query: { pageSize: "101" }
  },
  { ...adminCase, name: "missing-id", shows: "an id that does not exist", path: `/api/clients/${absentId}` }
]

/** The request body of a case, for a bundle of this content hash. */
export const executeBody = ({ path, query, trigger, ...viewer }: DemoCase, contentHash: string) =>
  Viewer.executeBody({ ...viewer, contentHash }, { method: "GET", path, query, headers: {} }, trigger)
