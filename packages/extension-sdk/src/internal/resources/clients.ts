// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.
import type { ResourceData } from "../resourceData.ts"

/** What the binding and the mock of this resource are made from. */
export const clients = {
  "id": "clientId",
  "title": "clientName",
  "searched": [
    "clientName",
    "billingEmail"
  ],
  "leavesOut": {
    "includeInactive": "isInactive"
  },
  "fields": [
    "clientId",
    "clientName",
    "clientType",
    "isInactive",
    "defaultCurrencyCode",
    "accountManagerId",
    "accountManagerName",
    "billingEmail"
  ],
  "operations": {
    "list": {
      "member": "listClients",
      "arguments": [
        {
          "record": {
            "search": "text",
            "page": "whole-number",
            "pageSize": "whole-number",
            "includeInactive": "flag"
          }
        }
      ],
      "breaking": [
        {
          "page": 0
        }
      ]
    },
    "get": {
      "member": "getClient",
      "arguments": [
        "text"
      ],
      "breaking": [
        ""
      ]
    }
  }
} as const satisfies ResourceData
