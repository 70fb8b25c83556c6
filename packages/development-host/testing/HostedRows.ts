import { standIn } from "@alga-psa/ext-adapters-http/testing/Server"
import { manifest, pack } from "@alga-psa/ext-runner/testing/Archive"
import { buildFixtureComponent } from "@alga-psa/ext-runner/testing/Extensions"
import { Context, Effect, Layer, Logger } from "effect"
import { type BehindProduct, behindProduct, layerProductAndVault } from "./BehindProduct.ts"
import { callsPage } from "./CallsPage.ts"
import { fixtures, productRows } from "./ProductRows.ts"

/** The name of the install that was granted nothing. */
export const withoutGrants = "nothing-granted"

/** One extension that calls what it is told to, installed once for each of the product's samples with that sample's capabilities. */
export class HostedRows extends Context.Service<
  HostedRows,
  Pick<BehindProduct, "addressOf" | "execute" | "product"> & {
    /** An address outside that the settings of the runner list. */
    readonly outside: string
  }
>()("testing/HostedRows") {}

/** A runner and host pages on free ports of the loopback address. */
export const layerHostedRows = Layer.effect(
  HostedRows,
  Effect.gen(function* () {
    const component = yield* Effect.promise(() => buildFixtureComponent("every-port"))
    const files = { "manifest.json": JSON.stringify(manifest), "dist/main.wasm": component, ...callsPage }
    const { url } = yield* standIn(async ({ headers }) => ({
      status: headers.authorization === `Bearer ${fixtures.secrets.api_key}` ? 200 : 401,
      body: Buffer.from("from outside")
    }))
    const hosted = yield* behindProduct({
      archive: yield* Effect.promise(() => pack(files)),
      installs: [
        ...productRows.map((row) => ({ name: row.sample, fixtures, ...row })),
        { name: withoutGrants, fixtures, capabilities: [] }
      ],
      settings: { EXT_EGRESS_ALLOWLIST: url.origin, ALGA_EXTENSION_RUNNER_EGRESS_PRIVATE_ADDRESSES: "127.0.0.1" }
    })
    return { ...hosted, outside: `${url.origin}/` }
  })
).pipe(Layer.provide(layerProductAndVault), Layer.provide(Logger.layer([])))
