import { alwaysGranted, Capability } from "@alga-psa/ext-domain"
import type { ExtensionProblem } from "./ExtensionInvalid.ts"
import { hostNamespaces } from "./HostNamespaces.ts"
import type { HostUsage, SourcePlace } from "./HostUsage.ts"
import { nearest } from "./internal/nearest.ts"

const at = ({ column, file, line }: SourcePlace): string => `${file}:${line}:${column}`

const normal = (name: string): string => name.trim().toLowerCase()

const isKnown = (name: string): name is Capability => Capability.literals.some((known) => known === name)

const meant = (name: string): string => {
  const near = nearest(name, Capability.literals)
  return near === null ? `known are ${Capability.literals.join(", ")}` : `did you mean "${near}"?`
}

const namesOf = (capability: Capability): string =>
  hostNamespaces.filter((one) => one.capability === capability).map(({ name }) => `host.${name}`)[0] ?? "the host"

const checkNames = (
  declared: ReadonlyArray<string>,
  inVain: (name: Capability) => string | null
): ReadonlyArray<ExtensionProblem> => {
  const names = declared.map(normal)
  return names.flatMap((name, index) => {
    const where = `manifest.json capabilities[${index}]`
    if (!isKnown(name)) return [{ where, message: `"${name}" is no capability: ${meant(name)}` }]
    if (names.indexOf(name) < index) return [{ where, message: `"${name}" is there twice: remove one` }]
    const why = alwaysGranted.has(name) ? null : inVain(name)
    return why === null ? [] : [{ where, message: `"${name}" is asked for in vain: remove it, since ${why}` }]
  })
}

/** What is wrong between the capabilities that a manifest declares and what the code uses; empty where they agree. */
export const checkCapabilities = (
  declared: ReadonlyArray<string>,
  { escapes, uses }: HostUsage
): ReadonlyArray<ExtensionProblem> => {
  const used = new Set(uses.map(({ capability }) => capability))
  const certain = uses.filter((use) => use.certain)
  const names = new Set(declared.map(normal))
  const missing = [...new Set(certain.map(({ capability }) => capability))].filter(
    (capability) => !alwaysGranted.has(capability) && !names.has(capability)
  )
  return [
    ...checkNames(declared, (name) =>
      used.has(name) || escapes.length > 0 ? null : `nothing in the component uses ${namesOf(name)}`
    ),
    ...missing.flatMap((capability) =>
      certain
        .filter((use) => use.capability === capability)
        .slice(0, 1)
        .map((use) => ({
          where: "manifest.json capabilities",
          message: `"${capability}" is missing: add it, since ${at(use)} uses ${use.written}`
        }))
    )
  ]
}

/** The same for a component of which only the imports are known: it can use no more than those. */
export const checkImports = (
  declared: ReadonlyArray<string>,
  imports: ReadonlyArray<string>
): ReadonlyArray<ExtensionProblem> =>
  checkNames(declared, (name) => {
    const interfaces = hostNamespaces.filter(({ capability }) => capability === name).flatMap((one) => one.interfaces)
    return interfaces.some((one) => imports.includes(`alga:extension/${one}`))
      ? null
      : `the component does not import alga:extension/${interfaces[0]}`
  })

/** Why it cannot be said that a declared capability is asked for in vain, one line for each place. */
export const capabilityNotes = ({ escapes }: HostUsage): ReadonlyArray<string> =>
  escapes.map((place) => `${at(place)}: ${place.why}: unused capabilities are not looked for`)
