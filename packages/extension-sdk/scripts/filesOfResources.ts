import { type AnyReadOperation, type AnyResource, type KnownResource, resources } from "@alga-psa/ext-domain"
import { SchemaAST } from "effect"

const made =
  "// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.\n"

/** The name of a resource in the host's bindings. */
const variable = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

const pascal = (name: string) => variable(`-${name}`)

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

/** The two files of one resource: what it is, and its binding, which a build leaves out where nothing uses it. */
const filesOf = (resource: KnownResource): ReadonlyArray<readonly [file: string, text: string]> => {
  const [name, own] = [variable(resource.name), resource.name]
  return [
    [
      `internal/resources/${name}.ts`,
      `${made}import type { ResourceData } from "../resourceData.ts"

/** What the binding and the mock of this resource are made from. */
export const ${name} = ${JSON.stringify(dataOf(resource), null, 2)} as const satisfies ResourceData
`
    ],
    [
      `internal/bindings/${name}.ts`,
      `${made}/// <reference path="../resources/world.d.ts" />
import * as functions from "alga:extension/${own}"
import type { ${pascal(name)}Host } from "../../${pascal(name)}.ts"
import { readsOf } from "../reads.ts"
import { ${name} } from "../resources/${name}.ts"

/** \`host.${name}\` over the world. */
export const binding = readsOf("${name}", ${name}, functions) as ${pascal(name)}Host
`
    ]
  ]
}

const lines = (each: (name: KnownResource["name"], resource: KnownResource) => string) =>
  resources.map((resource) => each(resource.name, resource)).join("\n")

/** The files of the SDK that say what resources there are, by their paths in `src`. */
export const filesOfResources = (): Readonly<Record<string, string>> => ({
  "Resources.ts": `${made}${lines((name) => `import type { ${pascal(name)}Host } from "./${pascal(name)}.ts"`)}

${lines((name) => `export * from "./${pascal(name)}.ts"`)}

/** What there is to read, by its name in the host's bindings. */
export interface ResourceHosts {
${lines((name) => `  readonly ${variable(name)}: ${pascal(name)}Host`)}
}
`,
  "internal/resources/names.ts": `${made}
/** The name of every resource. */
export const resourceNames = ${JSON.stringify(resources.map(({ name }) => variable(name)))} as const
`,
  "internal/resources/data.ts": `${made}${lines((name) => `import { ${variable(name)} } from "./${variable(name)}.ts"`)}
import type { ResourceData } from "../resourceData.ts"

/** What the bindings and the mocks of each resource are made from. */
export const resources = { ${resources.map(({ name }) => variable(name)).join(", ")} } satisfies Readonly<Record<string, ResourceData>>
`,
  "internal/resources/reads.ts": `${made}import type { ResourceHosts } from "../../Resources.ts"
${lines((name) => `import { binding as ${variable(name)} } from "../bindings/${variable(name)}.ts"`)}

/** The resources in the world, as an author sees them. */
export const reads: ResourceHosts = { ${resources.map(({ name }) => variable(name)).join(", ")} }
`,
  "internal/resources/world.d.ts": `${made}${lines(
    (name, resource) => `declare module "alga:extension/${name}" {
${membersOf(resource)
  .map((member) => `  export function ${member}(...args: ReadonlyArray<unknown>): unknown`)
  .join("\n")}
}`
  )}
`,
  ...Object.fromEntries(resources.flatMap(filesOf))
})
