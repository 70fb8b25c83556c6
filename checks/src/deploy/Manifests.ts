import { isDeepStrictEqual } from "node:util"
import { parseAllDocuments } from "yaml"

/** An object as Kubernetes takes it. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec?: Readonly<Record<string, unknown>>
}

/** The objects of a manifest. Throws where it is no YAML, or a document is no object with kind and name. */
export const objectsIn = (text: string): ReadonlyArray<KubernetesObject> =>
  parseAllDocuments(text)
    .filter(({ contents }) => contents !== null)
    .map((document) => {
      const [error] = document.errors
      if (error !== undefined) throw error
      const found = document.toJS() as KubernetesObject
      if (typeof found.kind !== "string" || typeof found.apiVersion !== "string" || !found.metadata?.name) {
        throw new Error("a document has no apiVersion, kind or metadata.name")
      }
      return found
    })

const nameOf = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.name}`

const byName = (objects: ReadonlyArray<KubernetesObject>) => new Map(objects.map((one) => [nameOf(one), one]))

/** Where two values are different, as paths into them; empty where they are the same. */
const placesOf = (one: unknown, other: unknown, at: string): ReadonlyArray<string> => {
  if (isDeepStrictEqual(one, other)) return []
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null
  if (!isObject(one) || !isObject(other)) return [at]
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...keys].flatMap((key) => placesOf(one[key], other[key], `${at}.${key}`))
}

/** How two lists of objects differ, whatever their order: each line names an object and a place in it. */
export const differences = (
  one: ReadonlyArray<KubernetesObject>,
  other: ReadonlyArray<KubernetesObject>
): ReadonlyArray<string> => {
  const [left, right] = [byName(one), byName(other)]
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((name) => {
    const [a, b] = [left.get(name), right.get(name)]
    if (a === undefined || b === undefined) return [`${name} is there only once`]
    return placesOf(a, b, name)
  })
}
