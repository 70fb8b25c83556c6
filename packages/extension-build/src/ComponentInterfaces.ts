import { ownInterfaces } from "@alga-psa/ext-adapters-wit/KnownWorld"
import type { ExtensionProblem } from "./ExtensionInvalid.ts"
import type { HostUsage, SourcePlace } from "./HostUsage.ts"

/** The interfaces of the world that a component is given, and what its author should know of that. */
export interface ComponentInterfaces {
  /** Such as `clients`, sorted. */
  readonly interfaces: ReadonlyArray<string>
  /** Uses of what the component is not given: it would fail there. */
  readonly problems: ReadonlyArray<ExtensionProblem>
  readonly notes: ReadonlyArray<string>
}

const at = ({ column, file, line }: SourcePlace): string => `${file}:${line}:${column}`

const isOwn = (name: string): boolean => ownInterfaces.some((own) => own === name)

/**
 * Chooses the interfaces of a component: those that its code uses and those that are `named`, and no other. Where its code may use
 * any, all that the `offered` world has of the product's, so that the component runs on the product's runner too; those that only
 * this host has are given where they are named.
 */
export const componentInterfaces = (
  { escapes, uses }: HostUsage,
  named: ReadonlyArray<string>,
  offered: ReadonlyArray<string>
): ComponentInterfaces => {
  const [first, ...others] = escapes
  if (first === undefined) {
    return { interfaces: [...new Set([...uses.map((use) => use.interface), ...named])].sort(), problems: [], notes: [] }
  }
  const interfaces = new Set([...offered.filter((name) => !isOwn(name)), ...named])
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`
  const lacking = uses.filter((use) => use.certain && !interfaces.has(use.interface))
  const asked = new Map(lacking.map((use) => [use.interface, use]))
  return {
    interfaces: [...interfaces].sort(),
    problems: [...asked].map(([name, use]) => ({
      where: at(use),
      message: `uses ${use.written}, which the product's world lacks: name it with --interface ${name}, since ${at(first)} hides what else is used`
    })),
    notes: [`${at(first)}${more}: ${first.why}: the component imports the product's whole world`]
  }
}
