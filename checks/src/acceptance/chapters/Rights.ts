import type { Chapter } from "../Requirement.ts"

const ports = /adapters-(memory|pg)/
const guarded = /adapters-(memory|pg|wit)/

/** Who may read what. */
export const rights: Chapter = {
  title: "Who may read",
  requirements: [
    {
      id: "rights.1",
      sentence: "The tenant comes from the verified execution alone; no input of the extension names or changes it.",
      proofs: [
        ["adapters-wit/test/world.test.ts", /The functions of the world > take no tenant/],
        ["GuardedReads.test.ts", /hands the execution's tenant and the whole query to the reader/],
        ["HostImports.test.ts", /tell the execution's context and user, and nothing that the guest says/],
        ["inputs.test.ts", /never restrict to a client that the caller names/],
        ["statements.integration.test.ts", /bind every table to the caller's tenant/],
        ["statements.integration.test.ts", /are refused as soon as one of their parameters holds another tenant/]
      ]
    },
    {
      id: "rights.2",
      sentence: "The install belongs to the execution's tenant, has the status `enabled` and is switched on.",
      proofs: [
        [ports, /^CapabilityGate contract: .* (does not know another tenant's install|refuses an install with)/],
        [guarded, /^Guarded reads contract: .* allows nothing to an (install with|execution under)/],
        ["faults.e2e.test.ts", /refuses an install that/]
      ]
    },
    {
      id: "rights.3",
      sentence: "A suspended tenant's extensions read nothing.",
      proofs: [
        [ports, /^CapabilityGate contract: .* refuses the installs of a suspended tenant/],
        [guarded, /^Guarded reads contract: .* allows nothing in a suspended tenant/],
        ["Execution.test.ts", /an install that is tenant-suspended/]
      ]
    },
    {
      id: "rights.4",
      sentence: "Nothing of another tenant is returned, counted or joined, whatever ids its rows have.",
      proofs: [
        [
          ports,
          /^(Client|Service)Reader contract: .* (neither lists, counts nor gets another tenant's|keeps .* apart that two tenants have)/
        ],
        [
          ports,
          /^RbacCheck contract: .* (keeps users, roles and permissions apart|counts no .* only another tenant gave)/
        ],
        [guarded, /^Guarded reads contract: .* keeps another tenant's records out of sight/],
        ["world.e2e.test.ts", /gets a client with its tags, and not another tenant's/],
        ["carryOver.integration.test.ts", /carries no tenant over/]
      ]
    },
    {
      id: "rights.5",
      sentence:
        "Clients need `cap:client.read`, services `cap:service.read`; without it the answer is `not-allowed` before anything else is looked at.",
      proofs: [
        ["GuardedReads.test.ts", /denies for want of the capability before it looks for the user or at the input/],
        [guarded, /^Guarded reads contract: .* says not-allowed before it looks at the input/],
        ["Authorization.test.ts", /of an install with .* reading clients is allowed/]
      ]
    },
    {
      id: "rights.6",
      sentence: "A user exists in the tenant and is active; `is_inactive` NULL counts as active.",
      proofs: [
        [ports, /^RbacCheck contract: .* (with is_inactive|gives null for a user)/],
        [
          guarded,
          /^Guarded reads contract: .* allows an active user, and not one who is inactive, unknown or of another tenant/
        ]
      ]
    },
    {
      id: "rights.7",
      sentence: "The user's type and client come from the database, never from the request.",
      proofs: [
        [guarded, /^Guarded reads contract: .* takes the user's type and client from the records/],
        [ports, /^RbacCheck contract: .* gives (a portal user's client through the contact|no client for staff)/]
      ]
    },
    {
      id: "rights.8",
      sentence: "A user needs `client:read` or `service:read` through their roles.",
      proofs: [
        [guarded, /^Guarded reads contract: .* allows a user with the permission, and not one without/],
        [
          ports,
          /^RbacCheck contract: .* (gives the permissions of all roles|leaves out other actions|gives a user without roles)/
        ],
        ["GuardedReads.test.ts", /denies the user .* before it looks at the input/]
      ]
    },
    {
      id: "rights.9",
      sentence:
        "Only roles and permissions of the user's own portal count: `msp` for internal users, `client` for portal users.",
      proofs: [
        [ports, /^RbacCheck contract: .* for a user of type/],
        [
          guarded,
          /^Guarded reads contract: .* allows a portal user (no catalog without|the catalog with) a portal permission/
        ]
      ]
    },
    {
      id: "rights.10",
      sentence:
        "A portal user's `client:read` covers their own client alone: a list has it at most, and another's id is null like a missing one.",
      proofs: [
        [guarded, /^Guarded reads contract: .* shows a portal user/],
        ["GuardedReads.test.ts", /^ClientReads > (restricts|gives) a portal user/],
        [ports, /^ClientReader contract: .* lists at most the one client it is restricted to/]
      ]
    },
    {
      id: "rights.11",
      sentence:
        "An execution without a user needs the capability alone and stays in its tenant where a schedule or a webhook started it; any other without a user reads nothing.",
      proofs: [
        ["GuardedReads.test.ts", /reads for no user with the capability alone/],
        ["faults.e2e.test.ts", /reads nothing without a user where neither a schedule nor a webhook started it/],
        [
          guarded,
          /^Guarded reads contract: .* allows no user where a schedule or a webhook started it, and nothing else/
        ],
        ["Origin.test.ts", /may be a schedule, a webhook or anything else without a user/],
        [guarded, /^Guarded reads contract: .* keeps another tenant's records out of sight, with and without a user/]
      ]
    },
    {
      id: "rights.12",
      sentence: "Nothing in a request turns a user's execution into one without a user.",
      proofs: [
        ["Origin.test.ts", /may be a user, whatever the trigger says|is not a schedule and a user at once/],
        ["faults.e2e.test.ts", /refuses a schedule's execution that names a user/]
      ]
    },
    {
      id: "rights.13",
      sentence: "The order is capability, user and permission, input, and only then the query.",
      proofs: [
        ["GuardedReads.test.ts", /asks the gate, then for the user, and then reads/],
        ["GuardedReads.test.ts", /refuses bad input without reading/],
        ["GuardedReads.test.ts", /before it looks/]
      ]
    },
    {
      id: "rights.14",
      sentence: "An extension sees one of `not-allowed`, `invalid-input` and `internal`, and no more.",
      proofs: [
        ["words.test.ts", /has one of the three codes, and each code has an error/],
        ["HostImports.test.ts", /^reply > tells a guest/],
        ["hostile.e2e.test.ts", /tells the guest one word and nothing of why/],
        ["component.e2e.test.ts", /gives (not-allowed|invalid-input|internal) as the same error object/]
      ]
    },
    {
      id: "rights.15",
      sentence:
        "The log line says which of `capability-denied`, `rbac-denied`, `invalid-input` and `internal` it was, with capability, operation, tenant, extension, install, request id, result count and duration.",
      proofs: [
        ["audit.test.ts", /^The log > /],
        ["audit.test.ts", /^The metrics > time reads in seconds/]
      ]
    },
    {
      id: "rights.16",
      sentence: "No log line has a search text, a name or an address.",
      proofs: [
        ["audit.test.ts", /never has a search text, a name or an address/],
        ["failure.test.ts", /may quote data, and loses the server's words/],
        ["statementFaults.integration.test.ts", /keeps the values of its parameters out of the cause/]
      ]
    }
  ]
}
