import { readFileSync } from "node:fs"
import { Effect } from "effect"
import { ComponentStore } from "../src/index.ts"
import { layerStore } from "./support/Run.ts"

await Effect.runPromise(
  Effect.gen(function* () {
    const s = yield* ComponentStore
    for (const f of process.argv.slice(2)) {
      const t = performance.now()
      const c = yield* s.accept(readFileSync(f))
      console.log(f, c.hash, c.unrestorable, (performance.now() - t).toFixed(0), "ms")
    }
  }).pipe(Effect.provide(layerStore)) as any
)
