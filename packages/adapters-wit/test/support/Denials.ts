import { load } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { type ScenarioOptions, scenario } from "@alga-psa/ext-adapters-memory/contract/GuardedScenario"
import { MemoryInstalls } from "@alga-psa/ext-adapters-memory/MemoryInstalls"
import { Authorization, Capability, type UsedRights } from "@alga-psa/ext-domain"
import { Effect } from "effect"
import type { HostReply } from "../../src/HostCall.ts"
import { hostCall } from "./Imports.ts"

/** Why a call is denied. */
export const reasons = ["no capability", "other tenant", "no permission", "no user"] as const
export type Reason = (typeof reasons)[number]

/** A call of a function of the world by its WIT name, such as `clients.list-clients`, and what its denial is to the guest. */
export interface Call {
  readonly name: string
  readonly args: ReadonlyArray<unknown>
  readonly denied: HostReply
}

const camelCase = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

const make = ({ args, name }: Call) => {
  const [from = "", member = ""] = name.split(".")
  return hostCall(from, camelCase(member), ...args)
}

const all = { declared: [...Capability.literals], granted_caps: [...Capability.literals] }

/** An install that has a secret, with every capability but for what is said otherwise. */
const installed = (rest: ScenarioOptions = {}) =>
  Effect.gen(function* () {
    const made = yield* scenario({ ...all, ...rest })
    const installs = yield* MemoryInstalls
    yield* installs.load(made.tenant.tenant, made.install.id, { secrets: { key: "s3cret" } })
    return made
  })

/** The call as an execution that may make it, and the rights that it used. */
export const allowed = (call: Call) =>
  Effect.gen(function* () {
    const { as, staff } = yield* installed()
    const used = Effect.flatMap(Authorization, (authorization) => authorization.used)
    return yield* as(yield* staff())(Effect.all({ reply: make(call), used }))
  })

/** The call as an execution that may make it but for this one reason. */
export const deniedFor = (reason: Reason, call: Call) =>
  Effect.gen(function* () {
    switch (reason) {
      case "no capability": {
        const { as, staff } = yield* installed({ granted_caps: [] })
        return yield* as(yield* staff())(make(call))
      }
      case "other tenant": {
        const other = freshTenant()
        yield* load(other.rows)
        const { as } = yield* installed()
        return yield* as(null, { tenantId: other.tenant })(make(call))
      }
      case "no permission": {
        const { as, staff, tenant } = yield* installed()
        return yield* as(yield* staff({}, () => tenant.grant("nobody", "client", "read")))(make(call))
      }
      case "no user": {
        const { as } = yield* installed()
        return yield* as(null, { trigger: null })(make(call))
      }
    }
  })

/** The reasons for which a call that used these rights has to be denied. */
const reasonsOf = ({ capabilities, permissions }: UsedRights): ReadonlyArray<Reason> => [
  ...(capabilities.length === 0 ? [] : (["no capability", "other tenant"] as const)),
  ...(permissions.length === 0 ? [] : (["no permission", "no user"] as const))
]

/** What there is to say of the denials of a world. */
export interface Coverage {
  /** The functions of the world. */
  readonly functions: ReadonlyArray<string>
  /** What each function used where it was allowed. */
  readonly used: ReadonlyMap<string, UsedRights>
  /** The cases that there are. */
  readonly cases: ReadonlyArray<readonly [name: string, reason: Reason]>
  /** Functions that nobody is denied. */
  readonly exempt: ReadonlyArray<string>
}

/** What is wrong with the cases; nothing where every function is denied for every reason that applies, or rightly exempt. */
export const gaps = ({ cases, exempt, functions, used }: Coverage): ReadonlyArray<string> => {
  const covered = (name: string) => cases.filter(([of]) => of === name).map(([, reason]) => reason)
  const known = new Set(functions)
  return [
    ...functions.flatMap((name) => {
      const rights = used.get(name)
      if (exempt.includes(name)) {
        const isDenied = covered(name).length > 0 || (rights !== undefined && reasonsOf(rights).length > 0)
        if (isDenied) return [`${name} is exempt, but has a denial`]
        return rights === undefined ? [`${name} is exempt, and no call shows that it is denied to nobody`] : []
      }
      if (rights === undefined) return [`${name} has no case`]
      const wanted = reasonsOf(rights)
      if (wanted.length === 0) return [`${name} is denied to nobody, and not exempt`]
      return wanted
        .filter((reason) => !covered(name).includes(reason))
        .map((reason) => `${name} has no case for: ${reason}`)
    }),
    ...[...exempt, ...used.keys()].filter((name) => !known.has(name)).map((name) => `${name} is not in the world`)
  ]
}
