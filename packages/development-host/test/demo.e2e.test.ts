import { ids } from "@alga-psa/ext-adapters-memory"
import { programOf } from "@alga-psa/ext-runner/testing/Program"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

const demo = programOf(new URL("../src/main.ts", import.meta.url))

interface Line {
  readonly case: string
  readonly status: number
  readonly body: unknown
}

const collect = (lines: AsyncIterable<string>) => Effect.promise(() => Array.fromAsync(lines))

describe("demo", () => {
  it.live(
    "prints one JSON object a line with what each case returned",
    () =>
      Effect.gen(function* () {
        const run = yield* demo(["--once", "--json"])
        const lines: ReadonlyArray<Line> = (yield* collect(run.lines)).map((line) => JSON.parse(line))
        assert.deepStrictEqual(yield* Effect.promise(() => run.ended), { code: 0, errors: "" })
        const answers = Object.fromEntries(lines.map((line) => [line.case, line]))
        assert.deepStrictEqual(
          lines.map(({ case: name, status }) => [name, status]),
          [
            ["admin-user", 200],
            ["no-user", 200],
            ["user-without-permission", 403],
            ["portal-user", 200],
            ["no-grant", 403],
            ["other-tenant", 404],
            ["bad-input", 400],
            ["missing-id", 404]
          ]
        )
        const body = (name: string) => answers[name]?.body
        assert.deepStrictEqual(body("user-without-permission"), { error: "not-allowed" })
        assert.deepStrictEqual(body("no-grant"), { error: "not-allowed" })
        assert.deepStrictEqual(body("other-tenant"), { error: "not-found" })
        assert.deepStrictEqual(body("bad-input"), { error: "invalid-input" })
        assert.deepStrictEqual(body("missing-id"), { error: "not-found" })
        assert.deepStrictEqual(body("no-user"), body("admin-user"))
        assert.nestedPropertyVal(body("admin-user"), "clients.totalCount", 11)
        assert.nestedPropertyVal(body("admin-user"), "services.page", 1)
        assert.nestedPropertyVal(body("portal-user"), "totalCount", 1)
        assert.nestedPropertyVal(body("portal-user"), "items[0].clientId", ids.clients.evergreen)
      }),
    120_000
  )
})
