import {
  type AnyReadOperation,
  type AnyResource,
  type Operations,
  serviceName,
  type WorldType
} from "@alga-psa/ext-domain"
import { SchemaAST } from "effect"

const made =
  "// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.\n"

const most = 120

/** The text as a comment, in lines that are not too long. */
const comment = (text: string, indent = ""): string => {
  if (`${indent}/** ${text} */`.length <= most) return `${indent}/** ${text} */\n`
  const lines = [`${indent} *`]
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`
    if (longer.length <= most) lines[lines.length - 1] = longer
    else lines.push(`${indent} * ${word}`)
  }
  return `${indent}/**\n${lines.join("\n")}\n${indent} */\n`
}

const either = (types: ReadonlyArray<string>) => [...new Set(types)].join(" | ")
const listOf = (type: string) => `ReadonlyArray<${type}>`

const description = (ast: SchemaAST.AST) => {
  const text = ast.context?.annotations?.["description"]
  return typeof text === "string" ? text : null
}

/** The record that an operation finds, or a field holds, whether one or many. */
const recordOf = (ast: SchemaAST.AST): SchemaAST.Objects | undefined => {
  if (SchemaAST.isUnion(ast)) return ast.types.map(recordOf).find((found) => found !== undefined)
  if (SchemaAST.isArrays(ast)) return ast.rest.map(recordOf).find((found) => found !== undefined)
  if (!SchemaAST.isObjects(ast)) return undefined
  const items = ast.propertySignatures.find(({ name }) => name === "items")
  return items === undefined ? ast : recordOf(items.type)
}

/** The types of schemas. Records have the names that are given for their fields. */
const typesBy = (nameOf: (record: SchemaAST.Objects) => string | undefined) => {
  const field = ({ name, type }: SchemaAST.PropertySignature) =>
    `readonly ${String(name)}${type.context?.isOptional === true ? "?" : ""}: ${typeOf(type)}`

  const typeOfRecord = (ast: SchemaAST.Objects): string => {
    const fields = ast.propertySignatures
    const items = fields.find(({ name }) => name === "items")
    if (items !== undefined && SchemaAST.isArrays(items.type) && items.type.rest[0] !== undefined) {
      const isByCursor = fields.some(({ name }) => name === "next")
      return `${isByCursor ? "Page" : "NumberedPage"}<${typeOf(items.type.rest[0])}>`
    }
    return nameOf(ast) ?? `{ ${fields.map(field).join("; ")} }`
  }

  const typeOf = (ast: SchemaAST.AST): string => {
    if (SchemaAST.isString(ast)) return "string"
    if (SchemaAST.isNumber(ast)) return "number"
    if (SchemaAST.isBoolean(ast)) return "boolean"
    if (SchemaAST.isNull(ast)) return "null"
    if (SchemaAST.isUndefined(ast)) return "undefined"
    if (SchemaAST.isLiteral(ast)) return JSON.stringify(ast.literal)
    if (SchemaAST.isUnion(ast)) return either(ast.types.map(typeOf))
    if (SchemaAST.isArrays(ast) && ast.rest[0] !== undefined) return listOf(typeOf(ast.rest[0]))
    if (SchemaAST.isObjects(ast)) return typeOfRecord(ast)
    throw new TypeError(`a schema of kind ${ast._tag} is in no answer of a resource`)
  }

  const interfaceOf = (name: string, about: string, { propertySignatures }: SchemaAST.Objects) => {
    const lines = propertySignatures.map((one) => {
      const text = description(one.type)
      return `${text === null ? "" : comment(text, "  ")}  ${field(one)}\n`
    })
    return `${comment(about)}export interface ${name} {\n${lines.join("")}}\n`
  }

  return { interfaceOf, typeOf }
}

const argumentOf = (type: WorldType): string => {
  if (type === "text") return "string"
  if (type === "flag") return "boolean"
  if (type === "whole-number") return "number"
  if ("oneOf" in type) return either(type.oneOf.map((one) => JSON.stringify(one)))
  if ("list" in type) return listOf(argumentOf(type.list))
  const fields = Object.entries(type.record).map(
    ([name, field]) => `readonly ${name}?: ${argumentOf(field)} | null | undefined`
  )
  return `{ ${fields.join("; ")} }`
}

const fieldsOf = ({ propertySignatures }: SchemaAST.Objects) => propertySignatures.map(({ name }) => name).join()

/** The types of a resource: its records, the input of its list, and its reads. */
const typesOf = (resource: AnyResource) => {
  const { id, name, operations }: { id: string; name: string; operations: Operations } = resource
  const { getMany, page } = operations
  const listed = page ?? operations["list"]
  const singular = serviceName(resource.Reads).replace(/Reads$/, "")
  const plural = name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())
  const names = { summary: `${singular}Summary`, input: `${plural}ListInput`, reads: `${singular}Reads` }

  const found = listed ?? getMany ?? operations["get"]
  const summary = found && recordOf(found.Found.ast)
  const { interfaceOf, typeOf } = typesBy((record) =>
    summary !== undefined && fieldsOf(record) === fieldsOf(summary)
      ? names.summary
      : SchemaAST.resolveIdentifier(record)
  )
  const input = listed?.Input?.ast
  const inner = summary?.propertySignatures.flatMap(({ type }) => recordOf(type) ?? []) ?? []
  const searched = new Intl.ListFormat("en-GB", { type: "disjunction" }).format(
    resource.searched.map((field) => `\`${field}\``)
  )
  const records = [
    ...inner.flatMap((record) => {
      const identifier = SchemaAST.resolveIdentifier(record)
      const about = SchemaAST.resolveDescription(record) ?? `A part of \`${names.summary}\`.`
      return identifier === undefined ? [] : [interfaceOf(identifier, about, record)]
    }),
    ...(summary === undefined
      ? []
      : [interfaceOf(names.summary, `A record of ${name}. \`null\` where the database holds nothing.`, summary)]),
    ...(input === undefined || !SchemaAST.isObjects(input)
      ? []
      : [interfaceOf(names.input, `Which ${name}. A search is for a part of ${searched}, or for the exact id.`, input)])
  ]

  const promised = ({ Found }: AnyReadOperation) => `Promise<${typeOf(Found.ast)}>`
  const method = (called: string, about: string, args: string, gives: string) =>
    `${comment(about, "  ")}  ${called}(${args}): ${gives}\n`
  const methodOf = ([called, operation]: readonly [string, AnyReadOperation]) => {
    if (called === "get") {
      const record = recordOf((getMany ?? operation).Found.ast)
      const gives = record === undefined ? promised(operation) : `Promise<${typeOf(record)} | null>`
      const also = Object.keys(resource.leavesOut).length === 0 ? "" : ", also if a list leaves it out"
      return method(called, `The one of this id${also}; null where there is none.`, `${id}: string`, gives)
    }
    if (called === "getMany") {
      const about = "One entry for each of 1 to 100 ids, in the order asked; null where there is none."
      return method(called, about, `${id}s: ReadonlyArray<string>`, promised(operation))
    }
    const args = operation.arguments.map((type, at) => `argument${at + 1}: ${argumentOf(type)}`)
    return method(called, `\`${operation.member}\` of the world.`, args.join(", "), promised(operation))
  }
  const lists = [
    ...(listed === undefined
      ? []
      : [method("list", `One page of the ${name} that match.`, `input?: ${names.input} | null`, promised(listed))]),
    ...(page === undefined
      ? []
      : [
          method(
            "all",
            "Every one that matches, page by page, as they are asked for.",
            `input?: AllInput<${names.input}> | null`,
            `AsyncGenerator<${names.summary}, void, void>`
          )
        ])
  ]
  const others = Object.entries(operations).filter(([called]) => called !== "list" && called !== "page")
  const cost = page === undefined ? "" : ", except `all`, which is one for each page"
  const about = `Reads of ${name}. Each is one statement${cost}. Order is the name without regard to case, then the id. What they fail with is a \`ReadsError\`.`
  const reads = `${comment(about)}export interface ${names.reads} {\n${[...lists, ...others.map(methodOf)].join("")}}\n`
  return { name, reads: names.reads, text: [...records, reads].join("\n") }
}

/** The types of plain reads: `promise/Resources.ts`. They name no Effect, and say what the resources describe. */
export const promiseTypes = (resources: ReadonlyArray<AnyResource>): string => {
  const all = resources.map(typesOf)
  const text = all.map((one) => one.text).join("\n")
  const uses = ["AllInput", "NumberedPage", "Page"].filter((name) => new RegExp(`\\b${name}<`).test(text))
  const quoted = (name: string) => (/^\w+$/.test(name) ? name : JSON.stringify(name))
  return `${made}import type { ${uses.join(", ")} } from "./Page.ts"

${text}
/** Reads of every resource in one tenant. */
export interface Reads {
${all.map(({ name, reads }) => `  readonly ${quoted(name)}: ${reads}\n`).join("")}}
`
}
