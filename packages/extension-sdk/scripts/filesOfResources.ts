import {
  type AnyReadOperation,
  type AnyResource,
  Capability,
  type Operations,
  paging,
  resources
} from "@alga-psa/ext-domain"
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

/** An interface of the world in which a resource is read. */
interface Edition {
  /** Such as `clients-v2`. */
  readonly world: string
  /** Such as `clientsV2`. */
  readonly name: string
  readonly resource: AnyResource
  readonly operations: ReadonlyArray<readonly [name: string, operation: AnyReadOperation]>
}

/** A page is a list to authors, by whichever way its pages are turned. */
const operationName = (name: string) => (name === "page" ? "list" : name)

const editionsOf = (resource: AnyResource): ReadonlyArray<Edition> =>
  Object.entries<Operations>(resource.editions).map(([world, operations]) => ({
    world,
    name: variable(world),
    resource,
    operations: Object.entries(operations).map(([name, operation]) => [operationName(name), operation] as const)
  }))

const editions = resources.flatMap(editionsOf)

const dataOf = ({ operations, resource: { id, leavesOut, searched, title } }: Edition) => ({
  id,
  title,
  searched,
  leavesOut,
  fields: [...new Set(operations.flatMap(([, { Found }]) => fieldsOf(Found.ast)))],
  operations: Object.fromEntries(
    operations.map(([name, { arguments: types, breaking, member }]) => [name, { member, arguments: types, breaking }])
  )
})

/** What the bindings and the mocks of a resource are made from, by the names of its editions in the host's bindings. */
export const dataOfResource = (resource: AnyResource) =>
  Object.fromEntries(editionsOf(resource).map((edition) => [edition.name, dataOf(edition)]))

/** The two files of an edition: what it is, and its binding, which a build leaves out where nothing uses it. */
const filesOf = (edition: Edition): ReadonlyArray<readonly [file: string, text: string]> => {
  const { name, world } = edition
  return [
    [
      `internal/resources/${name}.ts`,
      `${made}import type { ResourceData } from "../resourceData.ts"

/** What the binding and the mock of this resource are made from. */
export const ${name} = ${JSON.stringify(dataOf(edition), null, 2)} as const satisfies ResourceData
`
    ],
    [
      `internal/bindings/${name}.ts`,
      `${made}/// <reference path="../resources/world.d.ts" />
import * as functions from "alga:extension/${world}"
import type { ${pascal(name)}Host } from "../../${pascal(name)}.ts"
import { readsOf } from "../reads.ts"
import { ${name} } from "../resources/${name}.ts"

/** \`host.${name}\` over the world. */
export const binding = readsOf("${name}", ${name}, functions) as ${pascal(name)}Host
`
    ]
  ]
}

const lines = (each: (edition: Edition) => string) => editions.map(each).join("\n")
const names = editions.map(({ name }) => name)

/** The files of the SDK that say what resources there are, by their paths in `src`. */
export const filesOfResources = (): Readonly<Record<string, string>> => ({
  "Resources.ts": `${made}${lines(({ name }) => `import type { ${pascal(name)}Host } from "./${pascal(name)}.ts"`)}

${lines(({ name }) => `export * from "./${pascal(name)}.ts"`)}

/** What there is to read, by its name in the host's bindings. */
export interface ResourceHosts {
${lines(({ name }) => `  readonly ${name}: ${pascal(name)}Host`)}
}
`,
  "internal/resources/names.ts": `${made}
/** The name of every resource. */
export const resourceNames = ${JSON.stringify(names)} as const
`,
  "internal/resources/capabilities.ts": `${made}
/** Every capability of the host. */
export const capabilities = ${JSON.stringify(Capability.literals, null, 2)} as const
`,
  "internal/resources/data.ts": `${made}${lines(({ name }) => `import { ${name} } from "./${name}.ts"`)}
import type { ResourceData } from "../resourceData.ts"

/** What the bindings and the mocks of each resource are made from. */
export const resources = { ${names.join(", ")} } satisfies Readonly<Record<string, ResourceData>>
`,
  "internal/resources/paging.ts": `${made}
// Single numbers, which a bundler puts in their places.
${Object.entries(paging)
  .map(([name, value]) => `export const ${name} = ${value}`)
  .join("\n")}
`,
  "internal/resources/reads.ts": `${made}import type { ResourceHosts } from "../../Resources.ts"
${lines(({ name }) => `import { binding as ${name} } from "../bindings/${name}.ts"`)}

/** The resources in the world, as an author sees them. */
export const reads: ResourceHosts = { ${names.join(", ")} }
`,
  "internal/resources/world.d.ts": `${made}${lines(
    ({ operations, world }) => `declare module "alga:extension/${world}" {
${operations
  .map(([, { member }]) => `  export function ${member}(...args: ReadonlyArray<unknown>): unknown`)
  .join("\n")}
}`
  )}
`,
  ...Object.fromEntries(editions.flatMap(filesOf))
})
