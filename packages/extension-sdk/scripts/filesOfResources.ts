import { type AnyReadOperation, type AnyResource, type KnownResource, resources } from "@alga-psa/ext-domain"
import { SchemaAST } from "effect"

const made =
  "// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.\n"

const pascal = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}`

/** The fields of the record that an operation finds, whether it finds one or many. */
const fieldsOf = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  if (SchemaAST.isUnion(ast)) return ast.types.flatMap(fieldsOf)
  if (SchemaAST.isArrays(ast)) return ast.rest.flatMap(fieldsOf)
  if (!SchemaAST.isObjects(ast)) return []
  const items = ast.propertySignatures.find(({ name }) => name === "items")
  return items === undefined ? ast.propertySignatures.map(({ name }) => String(name)) : fieldsOf(items.type)
}

/** The operations of the interface that has the resource's own name. */
const operationsOf = ({ editions, name }: AnyResource): Readonly<Record<string, AnyReadOperation>> => editions[name]

const dataOf = (resource: AnyResource) => {
  const { id, leavesOut, searched, title } = resource
  const entries = Object.entries(operationsOf(resource))
  return {
    id,
    title,
    searched,
    leavesOut,
    fields: [...new Set(entries.flatMap(([, { Found }]) => fieldsOf(Found.ast)))],
    operations: Object.fromEntries(
      entries.map(([name, { arguments: types, breaking, member }]) => [name, { member, arguments: types, breaking }])
    )
  }
}

const membersOf = (resource: AnyResource) => Object.values(operationsOf(resource)).map(({ member }) => member)

const lines = (each: (name: KnownResource["name"], resource: KnownResource) => string) =>
  resources.map((resource) => each(resource.name, resource)).join("\n")

/** The files of the SDK that say what resources there are, by their paths in `src`. */
export const filesOfResources = (): Readonly<Record<string, string>> => ({
  "Resources.ts": `${made}${lines((name) => `import type { ${pascal(name)}Host } from "./${pascal(name)}.ts"`)}

${lines((name) => `export * from "./${pascal(name)}.ts"`)}

/** What there is to read, by its name in the host's bindings. */
export interface ResourceHosts {
${lines((name) => `  readonly ${name}: ${pascal(name)}Host`)}
}
`,
  "internal/resources/names.ts": `${made}
/** The name of every resource. */
export const resourceNames = ${JSON.stringify(resources.map(({ name }) => name))} as const
`,
  "internal/resources/data.ts": `${made}import type { ResourceData } from "../resourceData.ts"

/** What the bindings and the mocks of each resource are made from. */
export const resources = ${JSON.stringify(Object.fromEntries(resources.map((resource) => [resource.name, dataOf(resource)])), null, 2)} as const satisfies Readonly<Record<string, ResourceData>>
`,
  "internal/resources/imports.ts": `${made}/// <reference path="./world.d.ts" />
${lines((name) => `import * as ${name} from "alga:extension/${name}"`)}
import type { ResourceImports } from "../resourceData.ts"

/** The interfaces of the resources in the world. */
export const resourceImports: ResourceImports = { ${resources.map(({ name }) => name).join(", ")} }
`,
  "internal/resources/world.d.ts": `${made}${lines(
    (name, resource) => `declare module "alga:extension/${name}" {
${membersOf(resource)
  .map((member) => `  export function ${member}(...args: ReadonlyArray<unknown>): unknown`)
  .join("\n")}
}`
  )}
`
})
