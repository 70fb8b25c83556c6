import type { AnyResource, Operations } from "@alga-psa/ext-domain/Resource"
import { InvalidInputError } from "../../promise/ReadsError.ts"

interface Page {
  readonly items: ReadonlyArray<unknown>
  readonly next: string | null
}

/** Calls an operation of a resource by its name. */
export type Call = (name: string, ...args: ReadonlyArray<unknown>) => Promise<unknown>

/** The reads of a resource, by their names. */
export type Methods = Readonly<Record<string, (...args: ReadonlyArray<unknown>) => unknown>>

const mostOfPage = 100

const byCursor = (call: Call): Methods => ({
  list: (input) => call("page", input),
  all: async function* (given) {
    const input = given as { readonly pageSize?: number; readonly after?: string } | null | undefined
    const asked = { ...input, pageSize: input?.pageSize ?? mostOfPage, withTotal: false }
    let after = input?.after ?? null
    do {
      const page = (await call("page", { ...asked, after })) as Page
      yield* page.items
      after = page.next
    } while (after !== null)
  }
})

/** One record with all that is known of it. */
const oneOfMany = (id: string, call: Call): Methods => ({
  get: async (one) => {
    try {
      const [found] = (await call("getMany", [one])) as ReadonlyArray<unknown>
      return found
    } catch (error) {
      const isOfId = error instanceof InvalidInputError && error.field === `${id}s`
      throw isOfId ? new InvalidInputError(id, "must be a UUID") : error
    }
  }
})

/**
 * The plain reads of a resource: its operations by their names. Where it has pages by cursor, these are the list, and there is
 * `all`. Where it has `getMany`, `get` is a read of one of many.
 */
export const methodsOf = ({ id, operations }: AnyResource, call: Call): Methods => {
  const { page, ...others }: Operations = operations
  const named = Object.keys(others).map((name) => [name, (...args: ReadonlyArray<unknown>) => call(name, ...args)])
  return {
    ...Object.fromEntries(named),
    ...(page === undefined ? {} : byCursor(call)),
    ...(others["getMany"] === undefined ? {} : oneOfMany(id, call))
  }
}
