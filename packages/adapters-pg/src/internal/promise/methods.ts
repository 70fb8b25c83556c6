import type { AnyResource, Operations } from "@alga-psa/ext-domain/Resource"
import { InvalidInputError } from "../../promise/ReadsError.ts"

interface Page {
  readonly items: ReadonlyArray<unknown>
  readonly next: string | null
}

/** Calls an operation of a resource by its name. */
export type Call = (name: keyof Operations, ...args: ReadonlyArray<unknown>) => Promise<unknown>

const mostOfPage = 100

/** The plain reads of a resource, over its second edition: lists by cursor, and records with all that is known of them. */
export const methodsOf = ({ id }: AnyResource, call: Call) => ({
  list: (input: unknown) => call("page", input),
  getMany: (ids: unknown) => call("getMany", ids),
  get: async (one: unknown) => {
    try {
      const [found] = (await call("getMany", [one])) as ReadonlyArray<unknown>
      return found
    } catch (error) {
      const isOfId = error instanceof InvalidInputError && error.field === `${id}s`
      throw isOfId ? new InvalidInputError(id, "must be a UUID") : error
    }
  },
  all: async function* (input?: { readonly pageSize?: number; readonly after?: string } | null) {
    const asked = { ...input, pageSize: input?.pageSize ?? mostOfPage, withTotal: false }
    let after = input?.after ?? null
    do {
      const page = (await call("page", { ...asked, after })) as Page
      yield* page.items
      after = page.next
    } while (after !== null)
  }
})
