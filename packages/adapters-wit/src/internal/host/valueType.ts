import { Schema, SchemaAST } from "effect"
import { NotOfType, type ValueReader } from "./ValueReader.ts"

/** Reads a value of one type. */
export type ReadValue = (reader: ValueReader) => unknown

/** The longest record of the world has less than half of that. */
const mostFields = 64

const isNone = (ast: SchemaAST.AST): boolean => SchemaAST.isNull(ast) || SchemaAST.isUndefined(ast)
const isName = (ast: SchemaAST.AST): boolean => SchemaAST.isLiteral(ast) && typeof ast.literal === "string"

const readText: ReadValue = (reader) => reader.readText()

const option =
  (read: ReadValue): ReadValue =>
  (reader) =>
    reader.skipNone() ? null : read(reader)

const tuple =
  (items: ReadonlyArray<ReadValue>): ReadValue =>
  (reader) => {
    if (reader.readList() !== items.length) throw new NotOfType("another number of values")
    return items.map((read) => read(reader))
  }

const list =
  (read: ReadValue): ReadValue =>
  (reader) => {
    const items: Array<unknown> = []
    for (let left = reader.readList(); left > 0; left--) items.push(read(reader))
    return items
  }

/** A field that the record does not have may only say that it is not there, as the option of a newer world does. */
const record =
  (fields: ReadonlyMap<string, ReadValue>): ReadValue =>
  (reader) => {
    const count = reader.readRecord()
    if (count > mostFields) throw new NotOfType("a record of too many fields")
    const value: Record<string, unknown> = {}
    for (let left = count; left > 0; left--) {
      const name = reader.readName()
      const read = fields.get(name)
      if (read !== undefined) {
        if (Object.hasOwn(value, name)) throw new NotOfType("a field that is there twice")
        value[name] = read(reader)
      } else if (!reader.skipNone()) throw new NotOfType(`the world has no field ${JSON.stringify(name)}`)
    }
    return value
  }

const noType = (ast: SchemaAST.AST) => new TypeError(`a schema of kind ${ast._tag} is no type of the world`)

const readUnion = (ast: SchemaAST.Union): ReadValue => {
  const [first, ...others] = ast.types.filter((type) => !isNone(type))
  if (first === undefined || (others.length > 0 && !ast.types.every((type) => isNone(type) || isName(type)))) {
    throw noType(ast)
  }
  return ast.types.some(isNone) ? option(readerOf(first)) : readerOf(first)
}

const readArrays = (ast: SchemaAST.Arrays): ReadValue => {
  const [item, ...more] = ast.rest
  if (item === undefined) return tuple(ast.elements.map(readerOf))
  if (ast.elements.length > 0 || more.length > 0) throw noType(ast)
  return list(readerOf(item))
}

const readerOf = (ast: SchemaAST.AST): ReadValue => {
  if (ast.encoding !== undefined) throw noType(ast)
  if (SchemaAST.isString(ast) || isName(ast)) return readText
  if (SchemaAST.isBoolean(ast)) return (reader) => reader.readBoolean()
  if (SchemaAST.isNumber(ast)) return (reader) => reader.readNumber()
  if (SchemaAST.isBigInt(ast)) return (reader) => reader.readU64()
  if (SchemaAST.isUnion(ast)) return readUnion(ast)
  if (SchemaAST.isArrays(ast)) return readArrays(ast)
  if (SchemaAST.isObjects(ast) && ast.indexSignatures.length === 0) {
    return record(new Map(ast.propertySignatures.map(({ name, type }) => [String(name), readerOf(type)])))
  }
  if (ast === Schema.Uint8Array.ast) return (reader) => reader.readBytes()
  throw noType(ast)
}

/**
 * A reader for the values of a schema, which must be a type of the world. It checks their shape, and leaves other
 * checks, such as the range of a number, to the schema. It throws `NotOfType`, `TooManyValues` or `TooMuchText`.
 */
export const valueReader = (schema: { readonly ast: SchemaAST.AST }): ReadValue => readerOf(schema.ast)
