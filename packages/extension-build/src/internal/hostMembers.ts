import { sep } from "node:path"
import { isInterfaceDeclaration, type Node } from "typescript/unstable/ast"
import type { Project, Symbol as TypeSymbol } from "typescript/unstable/sync"

type Declaration = TypeSymbol["declarations"][number]

const keyOf = ({ index, path }: Declaration): string => `${path}#${index}`

/** The namespaces of `host`, known by where the types declare them, however code comes by them. */
export interface HostMembers {
  readonly size: number
  /** The namespace that a property is, or null where it is a property of something else. */
  readonly nameOf: (property: TypeSymbol | undefined) => string | null
}

const interfaceNamed = (project: Project, file: string, name: string): Node | null => {
  const statements = project.program.getSourceFile(file)?.statements ?? []
  return statements.find((statement) => isInterfaceDeclaration(statement) && statement.name.text === name) ?? null
}

/** The namespaces of `HostBindings`, as the SDK in this folder declares or inherits them. */
export const hostMembers = (project: Project, sdkFolder: string): HostMembers => {
  const names = new Map<string, string>()
  for (const file of project.program.getSourceFileNames()) {
    if (!file.startsWith(sdkFolder + sep) || !/[/\\]HostBindings\.(d\.)?ts$/.test(file)) continue
    const declaration = interfaceNamed(project, file, "HostBindings")
    const type = declaration === null ? undefined : project.checker.getTypeAtLocation(declaration)
    for (const property of type === undefined ? [] : project.checker.getPropertiesOfType(type)) {
      for (const place of property.declarations) names.set(keyOf(place), property.name)
    }
  }
  return {
    size: new Set(names.values()).size,
    nameOf: (property) => {
      for (const place of property?.declarations ?? []) {
        const name = names.get(keyOf(place))
        if (name !== undefined) return name
      }
      return null
    }
  }
}
