// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.
import type { ResourceData } from "../resourceData.ts"

/** What the binding and the mock of this resource are made from. */
export const clientsV2 = {
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
    "billingEmail",
    "tags"
  ],
  "operations": {
    "list": {
      "member": "listClients",
      "arguments": [
        {
          "record": {
            "search": "text",
            "pageSize": "whole-number",
            "after": "text",
            "withTotal": "flag",
            "includeInactive": "flag",
            "tags": {
              "list": "text"
            }
          }
        }
      ],
      "breaking": [
        {
          "pageSize": 0
        }
      ]
    },
    "getMany": {
      "member": "getClients",
      "arguments": [
        {
          "list": "text"
        }
      ],
      "breaking": [
        []
      ]
    }
  }
} as const satisfies ResourceData
