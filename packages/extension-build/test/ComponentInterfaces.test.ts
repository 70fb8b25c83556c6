import { ownInterfaces, productInterfaces } from "@alga-psa/ext-adapters-wit/KnownWorld"
import { assert, describe, it } from "@effect/vitest"
import { componentInterfaces } from "../src/ComponentInterfaces.ts"
import { findingLine } from "../src/Finding.ts"
import type { HostUsage, HostUse } from "../src/HostUsage.ts"

const place = { file: "src/handler.ts", line: 3, column: 7 }
const use = (name: string, certain = true): HostUse => ({
  ...place,
  ...{ capability: "cap:client.read", interface: name, certain, written: `host.${name}` }
})
const escapes = [{ ...place, line: 9, why: "the host loses its type here" }]
const offered = [...productInterfaces.filter((name) => name !== "types"), ...ownInterfaces]
const product = offered.filter((name) => !ownInterfaces.some((own) => own === name)).sort()
const choose = (usage: Partial<HostUsage>, ...named: ReadonlyArray<string>) => {
  const { findings, interfaces } = componentInterfaces(
    { uses: [], escapes: [], callable: true, ...usage },
    named,
    offered
  )
  const lines = (wanted: string) => findings.filter(({ severity }) => severity === wanted).map(findingLine)
  return { interfaces, problems: lines("error"), notes: lines("note") }
}

describe("The interfaces of a component", () => {
  it("are those that its code uses or may use, and those that are named", () => {
    assert.deepEqual(choose({ uses: [use("services"), use("clients"), use("clients"), use("user-v2", false)] }), {
      interfaces: ["clients", "services", "user-v2"],
      problems: [],
      notes: []
    })
    assert.deepEqual(choose({ uses: [use("clients")] }, "storage", "clients").interfaces, ["clients", "storage"])
    assert.deepEqual(choose({}).interfaces, [])
  })

  it("are the product's whole world where its code may use any, with a note of the place, and none of ours", () => {
    assert.deepEqual(choose({ uses: [use("clients")], escapes: [...escapes, ...escapes] }), {
      interfaces: product,
      problems: [],
      notes: [
        "src/handler.ts:9:7: the host loses its type here (and 1 more): let types follow the host, or the component imports the product's whole world"
      ]
    })
  })

  it.each(ownInterfaces)("have %s beside the product's where it is named", (name) => {
    assert.deepEqual(choose({ uses: [use(name)], escapes }, name), {
      ...choose({ escapes }),
      interfaces: [...product, name].sort()
    })
  })

  it("are wrong where the code uses one of ours that is not named, and may use any", () => {
    assert.deepEqual(choose({ uses: [use("clients-v3")], escapes }).problems, [
      "src/handler.ts:3:7: uses host.clients-v3, which the product's world lacks: name it with --interface clients-v3, since src/handler.ts:9:7 hides what else is used"
    ])
    assert.deepEqual(choose({ uses: [use("clients-v3", false)], escapes }).problems, [])
  })
})
