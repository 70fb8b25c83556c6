import type { Chapter } from "../Requirement.ts"

/** What the reads take. */
export const inputs: Chapter = {
  title: "Inputs",
  requirements: [
    {
      id: "inputs.1",
      sentence: "A page is a whole number from 1 to 10,000; the default is 1.",
      proofs: [
        ["inputs.test.ts", /(take|refuse) page = /],
        ["inputs.test.ts", /read .* as every default/],
        [/adapters-(memory|pg|wit)/, /^Guarded reads contract: .* lists with input \{ page: /]
      ]
    },
    {
      id: "inputs.2",
      sentence: "A page size is a whole number from 1 to 100; the default is 25.",
      proofs: [
        ["inputs.test.ts", /(take|refuse) pageSize = /],
        [/adapters-(memory|pg|wit)/, /^Guarded reads contract: .* lists with input \{ pageSize: /]
      ]
    },
    {
      id: "inputs.3",
      sentence: "A search has at most 200 characters after trimming and no NUL; a blank one means none.",
      proofs: [["inputs.test.ts", /(read|refuse) the search /]]
    },
    {
      id: "inputs.4",
      sentence: "An id is a UUID; a well-formed one that is not there, or not visible, is null.",
      proofs: [
        ["inputs.test.ts", /^The input rule of an id/],
        [
          /adapters-(memory|pg|wit)/,
          /^Guarded reads contract: .* (gives null for a missing record|finds a record by an id in upper case|takes the id )/
        ]
      ]
    },
    {
      id: "inputs.5",
      sentence: "Enums take their own cases alone.",
      proofs: [["inputs.test.ts", /(take|refuse) (itemKind|billingMethod|isActive) = /]]
    },
    {
      id: "inputs.6",
      sentence: "Input that breaks a rule is `invalid-input`, and no query runs.",
      proofs: [
        ["GuardedReads.test.ts", /refuses bad input without reading/],
        ["component.e2e.test.ts", /which the world cannot express, as one that the host refuses/]
      ]
    }
  ]
}
