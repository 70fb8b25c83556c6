/// <reference path="../world.d.ts" />
import { get, listKeys } from "alga:extension/secrets"
import type { SecretsHost } from "@alga-psa/extension-runtime"
import { hostCall } from "../hostCall.ts"
import { lift } from "../lift.ts"
import { text } from "../lower.ts"

/** `host.secrets` over the world. */
export const binding: SecretsHost = {
  get: async (key) => {
    const name = text(key, "key")
    return hostCall("secrets.get", () => get(name))
  },
  list: async () => lift(hostCall("secrets.list", listKeys))
}
