import { readFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { json } from "node:stream/consumers"
import { assert, describe, it } from "vitest"
import { audit } from "../src/release/Audit.ts"
import { root } from "../src/release/Packages.ts"

const finding = (id: string) => ({
  url: `https://github.com/advisories/GHSA-${id}`,
  title: "Reads too much",
  severity: "high",
  cwe: [],
  vulnerable_versions: ">0",
  cvss: { score: 7, vectorString: null }
})
const known = {
  effect: [{ ...finding("aaaa-aaaa-aaaa"), id: 1 }],
  // A development dependency alone.
  knip: [{ ...finding("bbbb-bbbb-bbbb"), id: 2 }]
}
const ofEffect = "effect: high: Reads too much"

/** What the audit says of a registry that answers so. */
const audited = async (status: number, answer: object, bundled: Parameters<typeof audit>[0] = []) => {
  const server = createServer((request, response) => {
    // A registry says nothing of what it was not asked.
    json(request).then((asked) => {
      const answers = Object.entries(answer).filter(([name]) => name in (asked as object))
      response
        .writeHead(status, { "content-type": "application/json" })
        .end(JSON.stringify(Object.fromEntries(answers)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  try {
    return await audit(bundled, `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.close()
  }
}

describe("The audit of dependencies", () => {
  it("names what the registry knows of a dependency, and of a development dependency that a release has in a bundle", async () => {
    const { devDependencies } = JSON.parse(await readFile(join(root, "checks/package.json"), "utf8"))
    const knip = { name: "knip", version: devDependencies.knip }
    const problems = [ofEffect, "knip: high: Reads too much"]
    assert.deepEqual(await audited(200, known, [knip]), { asked: true, problems })
    assert.deepEqual(await audited(200, known, [{ ...knip, version: "0.0.1" }]), { asked: true, problems: [ofEffect] })
    assert.deepEqual(await audited(200, {}, [knip]), { asked: true, problems: [] })
  })

  it("does not take a registry that refuses the question for one that knows of none", async () => {
    assert.propertyVal(await audited(405, {}), "asked", false)
  })
})
