import { assert, describe, it } from "@effect/vitest"
import { ownMetrics } from "../src/internal/http/ownMetrics.ts"

describe("metrics", () => {
  it("are the runner's and the process's, and none that a library counts of itself", () => {
    const own = [
      "# HELP alga_extension_cluster_runners Runners",
      "# TYPE alga_extension_cluster_runners gauge",
      "alga_extension_cluster_runners 3",
      'process_x{of="effect_cluster"} 1',
      ""
    ]
    const library = [
      "# TYPE effect_cluster_runners gauge",
      "effect_cluster_runners 1",
      'effect_cluster_shard_release_bucket{le="1"} 1'
    ]
    assert.strictEqual(ownMetrics([...library, ...own, ...library].join("\n")), own.join("\n").concat(""))
  })
})
