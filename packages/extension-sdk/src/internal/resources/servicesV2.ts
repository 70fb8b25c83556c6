// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.
import type { ResourceData } from "../resourceData.ts"

/** What the binding and the mock of this resource are made from. */
export const servicesV2 = {
  "id": "serviceId",
  "title": "serviceName",
  "searched": [
    "serviceName",
    "description",
    "sku"
  ],
  "leavesOut": {},
  "fields": [
    "serviceId",
    "serviceName",
    "itemKind",
    "billingMethod",
    "serviceTypeId",
    "serviceTypeName",
    "defaultRate",
    "unitOfMeasure",
    "isActive",
    "sku",
    "prices"
  ],
  "operations": {
    "list": {
      "member": "listServices",
      "arguments": [
        {
          "record": {
            "search": "text",
            "pageSize": "whole-number",
            "after": "text",
            "withTotal": "flag",
            "itemKind": {
              "oneOf": [
                "service",
                "product"
              ]
            },
            "isActive": "flag",
            "billingMethod": {
              "oneOf": [
                "fixed",
                "hourly",
                "usage"
              ]
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
      "member": "getServices",
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
