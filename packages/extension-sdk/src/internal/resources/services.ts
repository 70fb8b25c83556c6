// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.
import type { ResourceData } from "../resourceData.ts"

/** What the binding and the mock of this resource are made from. */
export const services = {
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
    "sku"
  ],
  "operations": {
    "list": {
      "member": "listServices",
      "arguments": [
        {
          "record": {
            "search": "text",
            "page": "whole-number",
            "pageSize": "whole-number",
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
          "page": 0
        }
      ]
    },
    "get": {
      "member": "getService",
      "arguments": [
        "text"
      ],
      "breaking": [
        ""
      ]
    }
  }
} as const satisfies ResourceData
