import { alwaysGranted, Capability, isCapability } from "@alga-psa/ext-domain"
import { type Finding, finding } from "./Finding.ts"
import { hostNamespaces } from "./HostNamespaces.ts"
import { atPlace, type HostUsage } from "./HostUsage.ts"
import { nearest } from "./internal/nearest.ts"

const normal = (name: string): string => name.trim().toLowerCase()

const suggestion = (name: string): string => {
  const near = nearest(name, Capability.literals)
  return near === null ? `known are ${Capability.literals.join(", ")}` : `did you mean "${near}"?`
}

const namespaceOf = (capability: Capability): string =>
  hostNamespaces.filter((one) => one.capability === capability).map(({ name }) => `host.${name}`)[0] ?? "the host"

const checkNames = (
  declared: ReadonlyArray<string>,
  whyUnused: (name: Capability) => string | null
): ReadonlyArray<Finding> => {
  const names = declared.map(normal)
  return names.flatMap((name, index) => {
    const at = { file: "manifest.json", path: `capabilities[${index}]` }
    const remove = { action: "remove", capability: name } as const
    if (!isCapability(name)) {
      return [
        finding({ code: "capability-unknown", at, text: `"${name}" is not a capability`, remedy: suggestion(name) })
      ]
    }
    if (names.indexOf(name) < index) {
      return [
        finding({ code: "capability-twice", at, text: `"${name}" is there twice`, remedy: "remove one", mend: remove })
      ]
    }
    const why = alwaysGranted.has(name) ? null : whyUnused(name)
    if (why === null) return []
    const text = `"${name}" is declared but unused`
    return [finding({ code: "capability-unused", at, text, remedy: `remove it, since ${why}`, mend: remove })]
  })
}

/** What is wrong between the capabilities that a manifest declares and what the code uses; empty where they agree. */
export const checkCapabilities = (
  declared: ReadonlyArray<string>,
  { escapes, uses }: HostUsage
): ReadonlyArray<Finding> => {
  const used = new Set(uses.map(({ capability }) => capability))
  const certain = uses.filter((use) => use.certain)
  const names = new Set(declared.map(normal))
  const missing = [...new Set(certain.map(({ capability }) => capability))].filter(
    (capability) => !alwaysGranted.has(capability) && !names.has(capability)
  )
  return [
    ...checkNames(declared, (name) =>
      used.has(name) || escapes.length > 0 ? null : `nothing in the component uses ${namespaceOf(name)}`
    ),
    ...missing.flatMap((capability) =>
      certain
        .filter((use) => use.capability === capability)
        .slice(0, 1)
        .map((use) =>
          finding({
            code: "capability-missing",
            at: { file: "manifest.json", path: "capabilities" },
            text: `"${capability}" is missing`,
            remedy: `add it, since ${atPlace(use)} uses ${use.written}`,
            mend: { action: "add", capability }
          })
        )
    )
  ]
}

/** The same for a component of which only the imports are known: it can use no more than those. */
export const checkImports = (declared: ReadonlyArray<string>, imports: ReadonlyArray<string>): ReadonlyArray<Finding> =>
  checkNames(declared, (name) => {
    const interfaces = hostNamespaces.filter(({ capability }) => capability === name).flatMap((one) => one.interfaces)
    return interfaces.some((one) => imports.includes(`alga:extension/${one}`))
      ? null
      : `the component does not import alga:extension/${interfaces[0]}`
  })

/** Why it cannot be said that a declared capability is unused, a note for each place. */
export const capabilityNotes = ({ escapes }: HostUsage): ReadonlyArray<Finding> =>
  escapes.map(({ why, ...at }) =>
    finding({
      code: "host-untyped",
      at,
      text: why,
      remedy: "let types follow the host, or unused capabilities are not looked for",
      severity: "note"
    })
  )
