import { layerInstalls, layerInvoices, layerInvoicing, layerScheduler } from "@alga-psa/ext-adapters-memory"
import { layerMemoryPortData, PortData } from "@alga-psa/ext-adapters-memory/contract/PortData"
import { Effect, Layer, Redacted } from "effect"
import { layerProductApi } from "../src/ProductApi.ts"
import { layerUiProxyHttp } from "../src/ProductUiProxy.ts"
import { layerStandInProduct, StandInProduct } from "./StandInProduct.ts"

/** The stand-in product, and what stands behind it. */
export const layerProduct = layerStandInProduct.pipe(
  Layer.provide([layerScheduler, layerInvoicing]),
  Layer.provideMerge([layerInstalls, layerInvoices])
)

/** The client of the product's internal API, asking the stand-in with the first of its tokens. */
export const layerApiOfStandIn = Layer.unwrap(
  Effect.map(StandInProduct, ({ tokens, url }) =>
    layerProductApi({ base: url, token: Effect.sync(() => Redacted.make([...tokens][0] ?? "")) })
  )
)

/** The routes of the stand-in. */
export const layerRoutesOfStandIn = Layer.unwrap(
  Effect.map(StandInProduct, ({ url }) => layerUiProxyHttp({ base: new URL("/ui", url), timeoutMillis: 60_000 }))
)

/** Installs of the memory adapters, which the product knows and whose secrets their executions carry. */
export const layerHttpPortData = Layer.effect(
  PortData,
  Effect.gen(function* () {
    const data = yield* PortData
    const product = yield* StandInProduct
    return PortData.of({
      ...data,
      execution: (given = {}, tenant) =>
        Effect.map(data.execution(given, tenant), (execution) => {
          product.know(execution)
          if (given.secrets === undefined) return execution
          const ciphertext_b64 = Buffer.from(JSON.stringify(given.secrets)).toString("base64")
          return { ...execution, settings: Redacted.make({ config: {}, secretEnvelope: { ciphertext_b64 } }) }
        })
    })
  })
).pipe(Layer.provide(layerMemoryPortData))
