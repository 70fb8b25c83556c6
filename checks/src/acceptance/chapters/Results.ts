import type { Chapter } from "../Requirement.ts"

const ports = /adapters-(memory|pg)/

/** What the reads give. */
export const results: Chapter = {
  title: "Results",
  requirements: [
    {
      id: "results.1",
      sentence:
        "A search of clients finds a part of the name or the billing email without regard to case, or the exact id; `%`, `_` and `\\` are ordinary characters.",
      proofs: [
        [ports, /^ClientReader contract: .* finds a (part|client)/],
        [ports, /^ClientReader contract: .* takes .* in a search as ordinary characters/]
      ]
    },
    {
      id: "results.2",
      sentence: "A search of services does the same over name, description and SKU, or the exact id.",
      proofs: [
        [ports, /^ServiceReader contract: .* finds (a part|an entry)/],
        [ports, /^ServiceReader contract: .* takes .* in a search as ordinary characters/]
      ]
    },
    {
      id: "results.3",
      sentence:
        "The order is the name without regard to case, then the id, so that pages neither repeat nor skip a row.",
      proofs: [
        [ports, /^(Client|Service)Reader contract: .* orders /],
        [ports, /^(Client|Service)Reader contract: .* pages .*without repeating or skipping/],
        ["collation.integration.test.ts", /is still read in the order of code points/],
        ["agreement.integration.test.ts", /answers every list, page by page, and every get the same/]
      ]
    },
    {
      id: "results.4",
      sentence: "The total count is of the same snapshot as the items.",
      proofs: [
        [ports, /^(Client|Service)Reader contract: .* counts and lists one snapshot while rows are added/],
        [ports, /^(Client|Service)Reader contract: .* answers a page past the end with the count and no items/]
      ]
    },
    {
      id: "results.5",
      sentence: "A client whose `is_inactive` is NULL counts as active, in the filter and in the result.",
      proofs: [[ports, /^ClientReader contract: .* counts a client whose is_inactive is NULL as active/]]
    },
    {
      id: "results.6",
      sentence:
        "Services with a billing method outside the enum are left out of lists and counts, and null alone; they fail no page.",
      proofs: [[ports, /^ServiceReader contract: .* hides an entry whose billing method is/]]
    },
    {
      id: "results.7",
      sentence: "The default rate is a number of minor currency units; NULL is 0.",
      proofs: [[ports, /^ServiceReader contract: .* (reads a missing rate as 0|gives a rate of)/]]
    },
    {
      id: "results.8",
      sentence:
        "The account manager's name is first and last name joined with a space and trimmed; null when empty or when the user is missing.",
      proofs: [
        ["words.test.ts", /^personName/],
        [ports, /^ClientReader contract: .* (shows a manager named|keeps the id of a manager who is missing)/]
      ]
    },
    {
      id: "results.9",
      sentence: "Tags are the texts of the mappings of type `client`, sorted; empty when there are none.",
      proofs: [[ports, /^ClientReader contract: .* (gives the tags of type client|leaves out (a tag|tags))/]]
    }
  ]
}
