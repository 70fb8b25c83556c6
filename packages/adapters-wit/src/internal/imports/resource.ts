import type {
  AnyReadOperation,
  AnyResource,
  Invocation,
  Operations,
  ReadsOf,
  ResourceReads,
  WorldType
} from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import { type HostInterface, hostFunction, hostInterface, reply } from "./hostFunction.ts"
import { option, u32 } from "./witTypes.ts"

const schemaOf = (type: WorldType): Schema.Codec<unknown> => {
  if (type === "text") return Schema.String
  if (type === "flag") return Schema.Boolean
  if (type === "whole-number") return u32
  if ("oneOf" in type) return Schema.Literals(type.oneOf)
  if ("list" in type) return Schema.Array(schemaOf(type.list))
  return Schema.Struct(
    Object.fromEntries(Object.entries(type.record).map(([name, field]) => [name, option(schemaOf(field))]))
  )
}

const membersOf = <A>(operations: Operations, make: (operation: AnyReadOperation, name: string) => A) =>
  Object.fromEntries(Object.entries(operations).map(([name, operation]) => [operation.member, make(operation, name)]))

const argumentsOf = (operation: AnyReadOperation) => Schema.Tuple(operation.arguments.map(schemaOf))

/** The arguments of the functions of an interface. */
export const operationsArguments = (operations: Operations) => membersOf(operations, argumentsOf)

/**
 * The interfaces of a resource, by their names, over its guarded reads. What they find crosses as its schema says, and nothing
 * else does.
 */
export const resourceInterfaces = <Reads = ResourceReads>(
  resource: AnyResource
): Effect.Effect<ReadonlyArray<readonly [name: string, functions: HostInterface<Invocation>]>, never, Reads> =>
  Effect.map(resource.Reads, (reads: ReadsOf<Operations>) =>
    Object.entries<Operations>(resource.editions).map(([edition, operations]) => [
      edition,
      hostInterface(
        membersOf(operations, (operation, name) => {
          const encode = Schema.encodeEffect(operation.Found)
          const read = reads[name] as ReadsOf<Operations>[string]
          return hostFunction(argumentsOf(operation), (given) =>
            reply(
              Effect.flatMap(read(...given), (found) =>
                // Why it does not fit may quote what was found, which stays out of the log.
                Effect.catch(encode(found), () => Effect.die(new Error(`${edition}.${name} found an impossible value`)))
              )
            )
          )
        })
      )
    ])
  )
