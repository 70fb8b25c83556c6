import { Invocation, type InvocationData, type InvocationUser } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import { error, ok } from "../../HostCall.ts"
import { always, hostFunction, hostInterface } from "./hostFunction.ts"

/** The arguments of the functions of `user` and `user-v2`. */
export const userArguments = { getUser: Schema.Tuple([]) }

const userData = ({ tenantId }: InvocationData, user: InvocationUser) => ({
  tenantId,
  clientName: user.clientName,
  userId: user.userId,
  userEmail: user.userEmail,
  userName: user.userName,
  userType: user.userType
})

const userDataV2 = (invocation: InvocationData, user: InvocationUser) => ({
  ...userData(invocation, user),
  clientId: user.clientId,
  additionalFields: Object.entries(user.additionalFields)
})

const getUser = (operation: string, show: (invocation: InvocationData, user: InvocationUser) => object) =>
  hostFunction(userArguments.getUser, () =>
    always(
      operation,
      Effect.map(Invocation, (invocation) =>
        invocation.user === null ? error("not-available") : ok(show(invocation, invocation.user))
      )
    )
  )

/** The interface `user`. */
export const userInterface = hostInterface({ getUser: getUser("user.get-user", userData) })

/** The interface `user-v2`. */
export const userV2Interface = hostInterface({ getUser: getUser("user-v2.get-user", userDataV2) })
