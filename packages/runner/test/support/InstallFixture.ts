import { ids } from "@alga-psa/ext-adapters-memory"
import { Effect } from "effect"
import { sha256 } from "../../testing/Archive.ts"
import { askUntil } from "../../testing/AskUntil.ts"
import { buildFixture, installed } from "../../testing/Extensions.ts"
import type { serveSetting } from "../../testing/ServeProgram.ts"

/** Installs a fixture for Acme with these capabilities; gives its hash and the change of a request that runs it. */
export const installFixture = Effect.fnUntraced(function* (
  { load, store }: Effect.Success<ReturnType<typeof serveSetting>>,
  name: string,
  capabilities: ReadonlyArray<string> = []
) {
  const archive = yield* Effect.promise(() => buildFixture(name))
  const hash = sha256(archive)
  const { extension, install, rows } = installed(hash, capabilities)
  yield* load(rows)
  yield* store({ tenant: ids.tenants.acme, extension, hash }, archive)
  return { hash, change: { extension, install } }
})

/** Waits until the runner works on an execution. */
export const untilWorking = (url: string): Effect.Effect<void> =>
  Effect.asVoid(
    askUntil(
      Effect.promise(async () => (await fetch(`${url}/metrics`)).text()),
      (text) => /^alga_extension_executions_in_flight 1$/m.test(text)
    )
  )

/** Waits until the runner is ready: a process of its sandbox may still be starting. */
export const untilReady = (url: string): Effect.Effect<void> =>
  Effect.asVoid(
    askUntil(
      Effect.promise(async () => {
        const response = await fetch(`${url}/readyz`)
        await response.text()
        return response.status
      }),
      (status) => status === 200
    )
  )
