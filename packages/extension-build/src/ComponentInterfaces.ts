import { ownInterfaces } from "@alga-psa/ext-adapters-wit/KnownWorld"
import { type Finding, finding } from "./Finding.ts"
import { atPlace, type HostUsage } from "./HostUsage.ts"

/** The interfaces of the world that a component is given, and what its author should know of that. */
export interface ComponentInterfaces {
  /** Such as `clients`, sorted. */
  readonly interfaces: ReadonlyArray<string>
  /**
   * Uses of interfaces that the component does not get, where it would fail; and a note where its code may use
   * anything.
   */
  readonly findings: ReadonlyArray<Finding>
}

const isOwn = (name: string): boolean => ownInterfaces.some((own) => own === name)

/**
 * Chooses the interfaces of a component: those that its code uses and those that are `named`, and no other. If its code
 * may use any interface, it gets all of the product's interfaces in the `offered` world, so that it runs on the
 * product's runner too. Interfaces that only this host has must be named.
 */
export const componentInterfaces = (
  { escapes, uses }: HostUsage,
  named: ReadonlyArray<string>,
  offered: ReadonlyArray<string>
): ComponentInterfaces => {
  const [first, ...others] = escapes
  if (first === undefined) {
    return { interfaces: [...new Set([...uses.map((use) => use.interface), ...named])].sort(), findings: [] }
  }
  const interfaces = new Set([...offered.filter((name) => !isOwn(name)), ...named])
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`
  const lacking = uses.filter((use) => use.certain && !interfaces.has(use.interface))
  const asked = new Map(lacking.map((use) => [use.interface, use]))
  return {
    interfaces: [...interfaces].sort(),
    findings: [
      finding({
        code: "whole-world",
        at: { file: first.file, line: first.line, column: first.column },
        text: `${first.why}${more}`,
        remedy: "let types follow the host, or the component imports the product's whole world",
        severity: "note"
      }),
      ...[...asked].map(([name, use]) =>
        finding({
          code: "interface-missing",
          at: { file: use.file, line: use.line, column: use.column },
          text: `uses ${use.written}, which the product's world lacks`,
          remedy: `name it with --interface ${name}, since ${atPlace(first)} hides what else is used`
        })
      )
    ]
  }
}
