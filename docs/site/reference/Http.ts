import { api } from "@alga-psa/ext-runner/Api"
import { OpenApi } from "effect/http-api"
import { table } from "./Table.ts"

interface Named {
  readonly name: string
  readonly in: string
  readonly required?: boolean
}

interface Content {
  readonly description?: string
  readonly content?: Readonly<Record<string, { readonly schema?: unknown }>>
}

interface Operation {
  readonly summary?: string
  readonly description?: string
  readonly parameters?: ReadonlyArray<Named>
  readonly requestBody?: Content
  readonly responses?: Readonly<Record<string, Content>>
}

const methods = ["get", "post", "put", "delete"] as const

const schemaOf = ({ content = {} }: Content): unknown => Object.values(content)[0]?.schema

interface Fields {
  readonly type?: string
  readonly enum?: ReadonlyArray<unknown>
  readonly anyOf?: ReadonlyArray<Fields>
  readonly items?: Fields
  readonly properties?: Readonly<Record<string, Fields>>
  readonly additionalProperties?: Fields | boolean
  readonly required?: ReadonlyArray<string>
}

const typeOf = (of: Fields): string => {
  if (of.anyOf !== undefined) return [...new Set(of.anyOf.map(typeOf))].join(" or ")
  if (of.enum !== undefined) return of.enum.map((value) => `\`${String(value)}\``).join(", ")
  if (of.type === "array") return `list of ${typeOf(of.items ?? {})}`
  if (of.type === "object" && of.properties === undefined) {
    return typeof of.additionalProperties === "object" ? `object of ${typeOf(of.additionalProperties)}` : "object"
  }
  return of.type ?? "anything"
}

/** Each field of an object, with those of the objects in it. */
const fieldsOf = (of: Fields, before = ""): ReadonlyArray<ReadonlyArray<string>> => {
  const inner = of.properties ?? of.anyOf?.find(({ properties }) => properties !== undefined)?.properties
  const required = of.required ?? []
  return Object.entries(inner ?? {}).flatMap(([name, field]) => [
    [`\`${before}${name}\``, typeOf(field), required.includes(name) ? "yes" : "no"],
    ...fieldsOf(field.items ?? field, `${before}${name}.`)
  ])
}

const fields = (schema: unknown): string => table(["field", "type", "must be there"], fieldsOf(schema as Fields))

const section = (method: string, path: string, operation: Operation): string => {
  const { description, parameters = [], requestBody, responses = {}, summary } = operation
  const body = requestBody === undefined ? undefined : schemaOf(requestBody)
  const answers = Object.entries(responses).map(([status, { description: about = "" }]) => [status, about])
  const [first] = Object.entries(responses).filter(([status]) => status.startsWith("2"))
  const answer = first === undefined ? undefined : schemaOf(first[1])
  return [
    `## ${method.toUpperCase()} ${path}`,
    ...(summary === undefined ? [] : [summary]),
    ...(description === undefined ? [] : [description]),
    ...(parameters.length === 0
      ? []
      : [
          table(
            ["parameter", "in", "must be there"],
            parameters.map((one) => [`\`${one.name}\``, one.in, one.required === true ? "yes" : "no"])
          )
        ]),
    ...(body === undefined || fieldsOf(body as Fields).length === 0 ? [] : ["The body, as JSON:", fields(body)]),
    table(["status", "answer"], answers),
    ...(answer === undefined || fieldsOf(answer as Fields).length === 0
      ? []
      : [`An answer of ${first?.[0]}, as JSON:`, fields(answer)])
  ].join("\n\n")
}

/** The page of the runner's HTTP interface, from the same description as `GET /openapi.json`. */
export const httpPage = (): string => {
  const { paths } = OpenApi.fromApi(api)
  const sections = Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item?.[method] as Operation | undefined
      return operation === undefined ? [] : [section(method, path, operation)]
    })
  )
  return [
    "# HTTP, field by field",
    "What a runner answers over HTTP. `GET /openapi.json` gives programs the part that the runner serves.",
    ...sections,
    ""
  ].join("\n\n")
}
