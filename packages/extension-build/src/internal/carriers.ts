import { type Project, SignatureKind, type Type, TypeFlags, type TypeParameter } from "typescript/unstable/sync"
import type { HostMembers } from "./hostMembers.ts"

/** Which types have the host in them, however deep: in a field, a list, a promise, or as what a function gives. */
export interface Carriers {
  /** The namespaces that a type has; none for a type that is no host. */
  readonly namespaces: (type: Type | undefined) => ReadonlyArray<string>
  readonly carries: (type: Type | undefined) => boolean
  /** Whether there were more types than are looked at. What `carries` says is right as long as there were not. */
  readonly exhausted: () => boolean
}

/** More than the types of a large extension are. */
const mostTypes = 20_000

const followed = TypeFlags.Object | TypeFlags.UnionOrIntersection | TypeFlags.Instantiable

/** Whether a type says nothing of what a value has. */
export const saysNothing = (type: Type | undefined): boolean =>
  type === undefined || (type.flags & (TypeFlags.Any | TypeFlags.Unknown)) !== 0

/** Tells the types that have the host in them. `isLanguage` says which files declare the language's own types. */
export const makeCarriers = (
  { checker }: Project,
  members: HostMembers,
  isLanguage: (path: string) => boolean
): Carriers => {
  const known = new Map<number, boolean>()
  const hosts = new Map<number, ReadonlyArray<string>>()
  let exhausted = false

  const namespaces = (type: Type | undefined): ReadonlyArray<string> => {
    if (type === undefined || (type.flags & (TypeFlags.Object | TypeFlags.Intersection)) === 0) return []
    const before = hosts.get(type.id)
    if (before !== undefined) return before
    const found = checker.getPropertiesOfType(type).flatMap((property) => members.nameOf(property) ?? [])
    hosts.set(type.id, found)
    return found
  }

  /** The types that a type is made of. Of the language's own, a list or a promise, they are its arguments. */
  const partsOf = (type: Type): ReadonlyArray<Type | undefined> => {
    if (type.isUnionType() || type.isIntersectionType()) return type.getTypes()
    if (type.isTypeParameter()) return [checker.getConstraintOfTypeParameter(type as TypeParameter)]
    if ((type.flags & TypeFlags.Instantiable) !== 0) return [checker.getBaseConstraintOfType(type)]
    const given = [...(type.isTypeReference() ? checker.getTypeArguments(type) : []), ...type.getAliasTypeArguments()]
    const declared = type.getSymbol()?.declarations ?? []
    if (declared.length > 0 && declared.every(({ path }) => isLanguage(path))) return given
    const signatures = [SignatureKind.Call, SignatureKind.Construct].flatMap((kind) =>
      checker.getSignaturesOfType(type, kind)
    )
    return [
      ...given,
      ...checker.getTypeOfSymbol(checker.getPropertiesOfType(type)),
      ...checker.getIndexInfosOfType(type).map(({ valueType }) => valueType),
      ...signatures.map((signature) => checker.getReturnTypeOfSignature(signature))
    ]
  }

  const carries = (type: Type | undefined): boolean => {
    if (type === undefined || (type.flags & followed) === 0) return false
    const before = known.get(type.id)
    if (before !== undefined) return before
    const seen = new Map([[type.id, type]])
    for (const each of seen.values()) {
      if (known.get(each.id) === true || namespaces(each).length > 0) {
        known.set(type.id, true)
        return true
      }
      if (known.has(each.id) || known.size + seen.size > mostTypes) continue
      for (const part of partsOf(each)) {
        if (part !== undefined && (part.flags & followed) !== 0) seen.set(part.id, part)
      }
    }
    exhausted ||= known.size + seen.size > mostTypes
    for (const id of seen.keys()) known.set(id, false)
    return false
  }

  return { namespaces, carries, exhausted: () => exhausted }
}
