import { sep } from "node:path"
import { isInterfaceDeclaration, type Node } from "typescript/unstable/ast"
import type { Project, Type, Symbol as TypeSymbol } from "typescript/unstable/sync"

type Declaration = TypeSymbol["declarations"][number]

const keyOf = ({ index, path }: Declaration): string => `${path}#${index}`

/** The namespaces of `host`, known by where the types declare them, however code comes by them. */
export interface HostMembers {
  readonly size: number
  readonly has: (name: string) => boolean
  /** The namespace that a property is, or null where it is a property of something else. */
  readonly nameOf: (property: TypeSymbol | undefined) => string | null
  /** The namespace that a value of this type is, or null where it is something else. */
  readonly partOf: (type: Type | undefined) => string | null
}

/** Parts of `host` that ask nothing of the world. */
const noNamespaces: ReadonlySet<string> = new Set(["granted"])

const interfaceNamed = (project: Project, file: string, name: string): Node | null => {
  const statements = project.program.getSourceFile(file)?.statements ?? []
  return statements.find((statement) => isInterfaceDeclaration(statement) && statement.name.text === name) ?? null
}

/** A type with those that it extends: a member of a base counts, even if the type declares it again. */
const withBases = (type: Type): ReadonlyArray<Type> => [type, ...(type.getBaseTypes() ?? []).flatMap(withBases)]

/** The namespaces of `HostBindings`, as the SDK in this folder declares or inherits them. */
export const hostMembers = (project: Project, sdkFolder: string): HostMembers => {
  const { checker, program } = project
  const names = new Map<string, string>()
  const parts = new Map<number, string>()
  for (const file of program.getSourceFileNames()) {
    if (!file.startsWith(sdkFolder + sep) || !/[/\\]HostBindings\.(d\.)?ts$/.test(file)) continue
    const declaration = interfaceNamed(project, file, "HostBindings")
    const type = declaration === null ? undefined : checker.getTypeAtLocation(declaration)
    const properties = (type === undefined ? [] : withBases(type)).flatMap((one) => checker.getPropertiesOfType(one))
    for (const property of properties.filter(({ name }) => !noNamespaces.has(name))) {
      for (const place of property.declarations) names.set(keyOf(place), property.name)
      const part = checker.getTypeOfSymbol(property)
      if (part !== undefined) parts.set(part.id, property.name)
    }
  }
  const known = new Set(names.values())
  return {
    size: known.size,
    has: (name) => known.has(name),
    nameOf: (property) => {
      for (const place of property?.declarations ?? []) {
        const name = names.get(keyOf(place))
        if (name !== undefined) return name
      }
      return null
    },
    partOf: (type) => (type === undefined ? null : (parts.get(type.id) ?? null))
  }
}
