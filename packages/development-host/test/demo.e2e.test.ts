import { stat } from "node:fs/promises"
import { join } from "node:path"
import { ids } from "@alga-psa/ext-adapters-memory"
import { bundlePath } from "@alga-psa/ext-runner/BundleStore"
import { programOf } from "@alga-psa/ext-runner/testing/Program"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { demoDirectories, publishSample } from "../src/Demo.ts"

const demo = programOf(new URL("../src/main.ts", import.meta.url))

interface Line {
  readonly case: string
  readonly status: number
  readonly body: unknown
}

const collect = (lines: AsyncIterable<string>) => Effect.promise(() => Array.fromAsync(lines))

describe("demo", () => {
  it.live(
    "prints one JSON object a line with what each case returned, and does not write a bundle again that is there",
    () =>
      Effect.gen(function* () {
        const hash = yield* publishSample
        const place = bundlePath({ tenant: ids.tenants.acme, extension: ids.extensions.full, hash })
        const written = Effect.promise(() => stat(join(demoDirectories.bundles.directory, place), { bigint: true }))
        const before = yield* written
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
        // Another demo may read it.
        const { ctimeNs, ino } = yield* written
        assert.deepStrictEqual([ino, ctimeNs], [before.ino, before.ctimeNs])
      }).pipe(Effect.provide(NodeServices.layer))
  )
})
