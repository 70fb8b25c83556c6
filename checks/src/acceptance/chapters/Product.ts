import type { Chapter } from "../Requirement.ts"

/** What the project is for. */
export const product: Chapter = {
  title: "What the project is for",
  requirements: [
    {
      id: "product.1",
      sentence: "An extension lists clients and gets one through typed host calls, without HTTP.",
      proofs: [
        [/adapters-(memory|pg|wit)/, /^Guarded reads contract: .* hands a client and a catalog entry over whole/],
        ["component.e2e.test.ts", /lists clients with the input as it was given/],
        ["Host.test.ts", /./]
      ]
    },
    {
      id: "product.2",
      sentence: "An extension lists services and gets one through typed host calls, without HTTP.",
      proofs: [
        [/adapters-(memory|pg|wit)/, /^Guarded reads contract: .* hands a client and a catalog entry over whole/],
        ["sample.e2e.test.ts", /answers every route/]
      ]
    },
    {
      id: "product.3",
      sentence:
        "Executions with a user behind them are held to that user's permissions; executions without one need none.",
      proofs: [
        ["GuardedReads.test.ts", /reads for no user with the capability alone/],
        ["GuardedReads.test.ts", /denies the user .* before it looks at the input/],
        [
          "faults.e2e.test.ts",
          /asks for a user's permission whatever the trigger says, and for none where there is no user/
        ],
        ["demo.e2e.test.ts", /prints one JSON object a line with what each case returned/]
      ]
    },
    {
      id: "product.4",
      sentence:
        "Extensions get summaries, never internal records: a column that is added to the data does not reach them.",
      proofs: [
        ["Summaries.test.ts", /are these fields and no other/],
        ["HostGuard.test.ts", /^The interface (clients|services) > hands .* alone$/],
        ["ReaderRole.integration.test.ts", /has no column that no call of the ports needs/],
        [/adapters-(memory|pg)/, /^ClientReader contract: .* gives every field of a client, in the list and alone/],
        [/adapters-(memory|pg)/, /^ServiceReader contract: .* gives every field of an entry, in the list and alone/]
      ]
    },
    {
      id: "product.5",
      sentence: "The WIT world is stable: it changes on purpose only, and components of an older copy keep running.",
      proofs: [
        ["surface.e2e.test.ts", /the WIT world/],
        ["world.e2e.test.ts", /has the interfaces that the host knows, and no other/],
        ["world.e2e.test.ts", /that is older, without tags and with fewer interfaces/],
        ["sample.e2e.test.ts", /against a world without tags/]
      ]
    },
    {
      id: "product.6",
      sentence: "What an extension author imports is stable: its types change on purpose only.",
      proofs: [["surface.e2e.test.ts", /the types of the SDK/]]
    },
    {
      id: "product.7",
      sentence: "Every guarded read leaves one structured line in the host's log.",
      proofs: [
        ["audit.test.ts", /^The log > has one line of an answered read/],
        ["telemetry.integration.test.ts", /follows a request from the gateway's id to the statement/]
      ]
    },
    {
      id: "product.8",
      sentence: "Authors test handlers against mocks that keep the host's rules.",
      proofs: [
        ["MockHostBindings.test.ts", /^mockClients > (lists|pages|gets|fails|includes|refuses an id)/],
        ["MockHostBindings.test.ts", /^mockServices > gets one/],
        ["handler.test.ts", /^single records > /]
      ]
    },
    {
      id: "product.9",
      sentence:
        "The sample extension gives the same answer when it is executed directly and when its page asks through the iframe.",
      proofs: [["samplePage.browser.test.ts", /beside direct execution > gives .* the same answer, and shows it/]]
    },
    {
      id: "product.10",
      sentence: "Other packages reuse the read ports without the runner and the sandbox.",
      proofs: [["reuse.integration.test.ts", /./]]
    },
    {
      id: "product.11",
      sentence: "The domain imports `effect` alone, and the arrows between the packages hold.",
      proofs: [["boundaries.test.ts", /./]]
    }
  ]
}
