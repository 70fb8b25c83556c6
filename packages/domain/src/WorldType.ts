import { SchemaAST } from "effect"

/**
 * What a value is where it crosses to a guest: a type, without the rules that the host applies. Plain data, so that the SDK,
 * which knows neither this package nor its schemas, can have it too. Every field of a record may be left out.
 */
export type WorldType =
  | "text"
  | "flag"
  | "whole-number"
  | { readonly oneOf: ReadonlyArray<string> }
  | { readonly list: WorldType }
  | { readonly record: Readonly<Record<string, WorldType>> }

const isNothing = (ast: SchemaAST.AST) => SchemaAST.isNull(ast) || SchemaAST.isUndefined(ast)

const ofUnion = (ast: SchemaAST.Union): WorldType => {
  const types = ast.types.filter((type) => !isNothing(type))
  const [first] = types
  if (types.length === 1 && first !== undefined) return typeOf(first)
  return { oneOf: types.map((type) => (SchemaAST.isLiteral(type) ? String(type.literal) : refuse(type))) }
}

const refuse = (ast: SchemaAST.AST): never => {
  throw new TypeError(`a schema of kind ${ast._tag} is no argument of an operation`)
}

const typeOf = (ast: SchemaAST.AST): WorldType => {
  if (SchemaAST.isString(ast)) return "text"
  if (SchemaAST.isBoolean(ast)) return "flag"
  if (SchemaAST.isNumber(ast)) return "whole-number"
  if (SchemaAST.isUnion(ast)) return ofUnion(ast)
  if (SchemaAST.isArrays(ast) && ast.rest[0] !== undefined) return { list: typeOf(ast.rest[0]) }
  if (SchemaAST.isObjects(ast)) {
    return { record: Object.fromEntries(ast.propertySignatures.map(({ name, type }) => [name, typeOf(type)])) }
  }
  return refuse(ast)
}

/** The type of what a schema decodes. A number is a whole one. */
export const worldTypeOf = (schema: { readonly ast: SchemaAST.AST }): WorldType => typeOf(schema.ast)
