import { layerStore } from "@alga-psa/ext-adapters-memory"
import { layerMemoryData } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { invoicingContract } from "@alga-psa/ext-adapters-memory/contract/InvoicingContract"
import { schedulerContract } from "@alga-psa/ext-adapters-memory/contract/SchedulerContract"
import { secretsContract } from "@alga-psa/ext-adapters-memory/contract/SecretsContract"
import { storageContract } from "@alga-psa/ext-adapters-memory/contract/StorageContract"
import { uiProxyContract } from "@alga-psa/ext-adapters-memory/contract/UiProxyContract"
import { Layer } from "effect"
import { layerSecretsEnvelope } from "../src/EnvelopeSecrets.ts"
import { layerInvoicingHttp } from "../src/ProductInvoicing.ts"
import { layerSchedulerHttp } from "../src/ProductScheduler.ts"
import { layerStorageHttp } from "../src/ProductStorage.ts"
import { layerApiOfStandIn, layerHttpPortData, layerProduct, layerRoutesOfStandIn } from "../testing/PortsOverHttp.ts"

const data = Layer.provideMerge(layerMemoryData, layerStore())
const product = Layer.provideMerge(layerProduct, data)
const ports = Layer.mergeAll(layerStorageHttp, layerSchedulerHttp, layerInvoicingHttp).pipe(
  Layer.provide(layerApiOfStandIn),
  Layer.merge(layerRoutesOfStandIn),
  Layer.provideMerge(layerSecretsEnvelope(null)),
  Layer.provideMerge(Layer.provideMerge(layerHttpPortData, product))
)

storageContract("HTTP", ports)
schedulerContract("HTTP", ports)
invoicingContract("HTTP", ports)
secretsContract("an envelope", ports)
uiProxyContract("HTTP", ports)
