import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "vitest"
import { audit } from "../src/release/Audit.ts"

const finding = { id: 1, url: "https://example.com/1", title: "Reads too much", severity: "high", cwe: [] }
const known = { effect: [{ ...finding, vulnerable_versions: ">0", cvss: { score: 7, vectorString: null } }] }

/** What the audit says of a registry that answers so. */
const audited = async (status: number, answer: object) => {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  try {
    return await audit(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.close()
  }
}

describe("The audit of dependencies", () => {
  it("names what the registry knows of a dependency, and nothing where it knows of none", async () => {
    assert.deepEqual(await audited(200, known), { asked: true, problems: ["effect: high: Reads too much"] })
    assert.deepEqual(await audited(200, {}), { asked: true, problems: [] })
  })

  it("does not take a registry that refuses the question for one that knows of none", async () => {
    assert.propertyVal(await audited(405, {}), "asked", false)
  })
})
