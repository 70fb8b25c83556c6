/** What is known of a thing that an index names: the bytes of glue that it takes, or what it exports. */
export type Known =
  | { readonly kind: "value" | "function"; readonly bytes: number }
  | { readonly kind: "instance"; readonly exports: ReadonlyMap<string, Extern> }
  | { readonly kind: "other" }

/** Something that is imported or exported, and of which sort it is. */
export interface Extern {
  readonly sort: number
  readonly known: Known
}

/** The index spaces of a component, or of the type of one, that matter here. */
export interface Scope {
  readonly outer: Scope | null
  readonly types: Array<Known>
  readonly functions: Array<Known>
  readonly instances: Array<Known>
  readonly components: Array<Known>
}

/** The binary format's numbers of the sorts. */
export const sort = { core: 0, function: 1, value: 2, type: 3, component: 4, instance: 5 } as const

export const other: Known = { kind: "other" }

export const scopeIn = (outer: Scope | null): Scope => ({
  outer,
  types: [],
  functions: [],
  instances: [],
  components: []
})

const spaceOf = (scope: Scope, of: number): Array<Known> | undefined => {
  if (of === sort.type) return scope.types
  if (of === sort.function) return scope.functions
  if (of === sort.instance) return scope.instances
  return of === sort.component ? scope.components : undefined
}

/** What the index of a sort names; `other` where nothing is known of it. */
export const find = (scope: Scope, of: number, index: number): Known => spaceOf(scope, of)?.[index] ?? other

/** Gives a thing the next index of its sort. */
export const add = (scope: Scope, { known, sort: of }: Extern): void => void spaceOf(scope, of)?.push(known)

export const bytesOf = (known: Known): number => ("bytes" in known ? known.bytes : 0)
