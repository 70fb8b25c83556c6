import { manifestFields } from "../AuthoredManifest.ts"
import { type Finding, finding, type Place } from "../Finding.ts"
import { nearest } from "./nearest.ts"

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const join = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`)

const remedyFor = (name: string, known: ReadonlyArray<string>): string => {
  const near = nearest(name, known)
  return near === null ? `remove it; known are ${known.join(", ")}` : `did you mean "${near}"?`
}

/** The fields of a manifest that nothing reads, a note for each. */
export const unknownFields = (manifest: unknown, place: (path: string) => Place): ReadonlyArray<Finding> => {
  const below = (value: unknown, path: string, kind: string): ReadonlyArray<Finding> => {
    if (Array.isArray(value)) return value.flatMap((one, index) => below(one, `${path}[${index}]`, `${kind}[]`))
    const known = manifestFields[kind]
    if (known === undefined || !isObject(value)) return []
    return Object.entries(value).flatMap(([name, inner]) => {
      if (known.includes(name)) return below(inner, join(path, name), join(kind, name))
      const at = place(join(path, name))
      const remedy = remedyFor(name, known)
      return [finding({ code: "manifest-field-unknown", at, text: "is not read", remedy, severity: "note" })]
    })
  }
  return below(manifest, "", "")
}
