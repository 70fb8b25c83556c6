/// <reference path="../world.d.ts" />
import { getUser } from "alga:extension/user-v2"
import type { UserHost } from "../../HostBindings.ts"
import { hostCall } from "../hostCall.ts"
import { lift } from "../lift.ts"

/** `host.user` over the world. */
export const binding: UserHost = {
  getUser: async () => {
    const { additionalFields, ...user } = hostCall("user.getUser", getUser)
    return { ...lift(user), additionalFields: Object.fromEntries(Array.from(additionalFields)) }
  }
}
