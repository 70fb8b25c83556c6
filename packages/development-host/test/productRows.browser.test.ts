import { createMockHostBindings } from "@alga-psa/ext-extension-sdk"
import { describe, expect, it } from "vitest"
import { callByPage } from "../testing/CallsPage.ts"
import { HostedRows, layerHostedRows, withoutGrants } from "../testing/HostedRows.ts"
import { pageBrowser } from "../testing/PageBrowser.ts"
import { type Ask, productRows, ungranted } from "../testing/ProductRows.ts"

const rows = pageBrowser(HostedRows, layerHostedRows)

/**
 * The two ways to a handler: what the product's gateway sends, and the extension's page in its host page. A page's calls are the
 * handler's, whichever sample makes them: one sample shows that they come there and back.
 */
const ways = [
  {
    way: "by execute",
    samples: productRows,
    askOf: async (install: string): Promise<Ask> => {
      const { execute } = rows.hosted()
      return async (calls) => {
        const { body } = await execute(install, { method: "POST", path: "/api/calls", body: JSON.stringify(calls) })
        return JSON.parse(body)
      }
    }
  },
  {
    way: "from its page",
    samples: productRows.slice(0, 1),
    askOf: async (install: string): Promise<Ask> => {
      const { frame } = await rows.open(install)
      return (calls) => callByPage(frame, calls)
    }
  }
]

/** What the SDK makes of other functions, and what a mock tells beside them. */
const made = ["clients.all", "services.all", "uiProxy.call", "http.sent", "invoicing.drafts"]

describe.each(ways)("what the product's samples need, $way", ({ askOf, samples }) => {
  it.each(samples)("of $sample is there: every function, for good and refused", async (row) => {
    const called = new Set<string>()
    const ask = await askOf(row.sample)
    const host = createMockHostBindings()
    await row.check((calls) => {
      for (const [name] of calls) called.add(name)
      return ask(calls)
    }, rows.hosted().outside)
    const functions = row.uses.flatMap((name) => Object.keys(host[name]).map((one) => `${name}.${one}`))
    expect([...called].sort()).toEqual(functions.filter((name) => !made.includes(name)).sort())
    for (const name of called) expect(ungranted.map(([[refused]]) => refused)).toContain(name)
  })

  it("is denied to who was granted nothing, and nobody is asked", async () => {
    const { product } = rows.hosted()
    const ask = await askOf(withoutGrants)
    product.received.length = 0
    expect(await ask(ungranted.map(([call]) => call))).toMatchObject(ungranted.map(([, told]) => told))
    expect(product.received).toEqual([])
  })
})
