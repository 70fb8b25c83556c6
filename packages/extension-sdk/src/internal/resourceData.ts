import type { resourceNames } from "./resources/names.ts"

/** A type of the world. Every field of a record may be left out. */
export type WorldType =
  | "text"
  | "flag"
  | "whole-number"
  | { readonly oneOf: ReadonlyArray<string> }
  | { readonly list: WorldType }
  | { readonly record: Readonly<Record<string, WorldType>> }

/** One call of a resource. */
export interface OperationData {
  /** Its function in the world. */
  readonly member: string
  readonly arguments: ReadonlyArray<WorldType>
  /** Arguments that the host refuses once it has checked capability and rights. */
  readonly breaking: ReadonlyArray<unknown>
}

/** A resource, as far as bindings and mocks need to know it. */
export interface ResourceData {
  /** The field of a record that holds its id. */
  readonly id: string
  /** The field that lists are ordered by. */
  readonly title: string
  /** The fields that a search looks through. */
  readonly searched: ReadonlyArray<string>
  /** Filters without which a list leaves records out, with the field that marks these. */
  readonly leavesOut: Readonly<Record<string, string>>
  /** The fields of a record. */
  readonly fields: ReadonlyArray<string>
  readonly operations: Readonly<Record<string, OperationData>>
}

/** The name of a resource. */
export type ResourceName = (typeof resourceNames)[number]

/** The functions of a resource's interface in the world, by name. */
export type ResourceFunctions = Readonly<Record<string, (...args: ReadonlyArray<unknown>) => unknown>>
