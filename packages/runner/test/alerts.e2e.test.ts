import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"
import { parse } from "yaml"
import { promtool } from "../testing/promtool.ts"

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url))
const alertsFile = path("deploy/monitoring/alerts.yaml")
const outagesFile = fileURLToPath(new URL("fixtures/outages.yaml", import.meta.url))

interface Rule {
  readonly alert: string
  readonly annotations: Readonly<Record<string, string>>
}

interface Outage {
  readonly name: string
  readonly promql_expr_test: readonly [{ readonly exp_samples: ReadonlyArray<{ readonly labels: string }> }]
}

const read = async <A>(file: string) => parse(await readFile(file, "utf8")) as A

const rules = async () =>
  (await read<{ groups: ReadonlyArray<{ rules: ReadonlyArray<Rule> }> }>(alertsFile)).groups.flatMap(
    (group) => group.rules
  )

const firing = ({ promql_expr_test: [{ exp_samples }] }: Outage) =>
  exp_samples.map(({ labels }) => /"(\w+)"/.exec(labels)?.[1] ?? "")

describe("the alerts", { timeout: 300_000 }, () => {
  it("are rules that Prometheus takes", async () => {
    const { code, said } = await promtool(["check", "rules", alertsFile])
    assert.strictEqual(code, 0, said)
  })

  it("fire in their outages and in no other, and none while all is well", async () => {
    const { code, said } = await promtool(["test", "rules", outagesFile])
    assert.strictEqual(code, 0, said)
  })

  it("have an outage each", async () => {
    const { tests } = await read<{ tests: ReadonlyArray<Outage> }>(outagesFile)
    assert.sameMembers(
      [...new Set(tests.flatMap(firing))],
      (await rules()).map(({ alert }) => alert)
    )
    assert.isAbove(tests.filter((outage) => firing(outage).length === 0).length, 5)
  })

  it("have a part of the runbook each, which says what it means, where to look and what to do; it has no other", async () => {
    const page = await readFile(path("docs/runbook.md"), "utf8")
    const parts = page.split(/^### /m).slice(1)
    assert.sameMembers(
      parts.map((part) => part.slice(0, part.indexOf("\n"))),
      (await rules()).map(({ alert }) => alert)
    )
    for (const part of parts)
      assert.match(part, /^- \*\*Means:\*\* [\s\S]*^- \*\*Look:\*\* [\s\S]*^- \*\*Do:\*\* /m, part)
    for (const { alert, annotations } of await rules()) {
      assert.hasAllKeys(annotations, ["summary", "action", "runbook_url"])
      assert.strictEqual(annotations["runbook_url"], `docs/runbook.md#${alert.toLowerCase()}`)
    }
  })
})
