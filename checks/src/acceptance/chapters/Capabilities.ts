import type { Chapter } from "../Requirement.ts"

/** Which capabilities there are and when one takes effect. */
export const capabilities: Chapter = {
  title: "Capabilities",
  requirements: [
    {
      id: "capabilities.1",
      sentence:
        "The host knows `cap:context.read`, `cap:secrets.get`, `cap:http.fetch`, `cap:storage.kv`, `cap:log.emit`, `cap:ui.proxy`, `cap:user.read`, `cap:scheduler.manage`, `cap:invoice.manual.create`, `cap:client.read` and `cap:service.read`.",
      proofs: [["Capability.test.ts", /knows every capability by its name/]]
    },
    {
      id: "capabilities.2",
      sentence: "Names are compared trimmed and in lower case.",
      proofs: [
        ["Capability.test.ts", /compares names trimmed and in lower case/],
        [/adapters-(memory|pg)/, /^CapabilityGate contract: .* of declared \[ ' CAP:Client.Read ' \]/]
      ]
    },
    {
      id: "capabilities.3",
      sentence: "`cap:context.read`, `cap:log.emit` and `cap:user.read` are always granted.",
      proofs: [
        ["Capability.test.ts", /always has context, log and user/],
        ["Authorization.test.ts", /lets no restriction take away what is always granted/]
      ]
    },
    {
      id: "capabilities.4",
      sentence: "A manifest that asks for an unknown name is refused, and the error has that name.",
      proofs: [
        ["Capability.test.ts", /^unknownCapabilities > gives each unknown name once/],
        ["faults.e2e.test.ts", /names the capabilities that it does not know/],
        ["Execution.test.ts", /names capabilities that nobody knows, and runs nothing/],
        ["BuildExtension.e2e.test.ts", /names capabilities that are missing, in vain or unknown/]
      ]
    },
    {
      id: "capabilities.5",
      sentence:
        "Every other capability takes effect only where the installed version's manifest declares it and the install grants it.",
      proofs: [
        ["Capability.test.ts", /^effectiveCapabilities > takes (what is both|nothing)/],
        [/adapters-(memory|pg)/, /^CapabilityGate contract: .* of declared .* take effect/],
        ["HostGuard.test.ts", /^storage\.\w+ behind its port > asks (the port as the guest asked|nobody where only)/],
        [/adapters-(memory|pg|wit)/, /^Guarded reads contract: .* of an install with/]
      ]
    },
    {
      id: "capabilities.6",
      sentence: "Clearing a grant revokes the capability.",
      proofs: [
        ["Capability.test.ts", /takes nothing of declared \["cap:client.read"\] and granted \[\]/],
        [
          /adapters-(memory|pg)/,
          /^CapabilityGate contract: .* of declared \[ 'cap:client.read', .* and granted \[\], \[\] take effect/
        ],
        [/adapters-(memory|pg|wit)/, /^Guarded reads contract: .* decides anew for every execution/],
        ["dev.browser.test.ts", /takes a capability away, and gives it back/]
      ]
    },
    {
      id: "capabilities.7",
      sentence:
        "Without a deployment's own implementation, secrets, http, storage, ui-proxy, scheduler and invoicing link and answer with their own refusal.",
      proofs: [
        ["HostImports.test.ts", /without a port beside the reads > answer/],
        ["world.e2e.test.ts", /gets the answer of every function outside the reads/]
      ]
    },
    {
      id: "capabilities.8",
      sentence:
        "A deployment plugs a real implementation of such a port in as a layer, and it is reached only behind its capability.",
      proofs: [
        [
          "HostImports.test.ts",
          /with ports > reach a port where the capability is declared and granted, and never elsewhere/
        ],
        ["HostGuard.test.ts", /behind its port > asks nobody where only the other capabilities are effective/]
      ]
    }
  ]
}
