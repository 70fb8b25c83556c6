import { layerMemoryData } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { layer as layerMemory } from "@alga-psa/ext-adapters-memory/MemoryPorts"
import { layerGuardedPorts, layerGuardedReads, type Ports } from "@alga-psa/ext-domain"
import { Effect, Layer, Logger } from "effect"
import { defaultLimits, HostImports, layerHostImports, packageName } from "../../src/index.ts"

const reads = Layer.provideMerge(layerGuardedReads, layerMemory())

/** The host's imports over memory and the given ports, and the data behind them. */
export const importsOver = (ports: Layer.Layer<Ports>) =>
  layerHostImports.pipe(
    Layer.provide(Layer.provide(layerGuardedPorts, ports)),
    Layer.provideMerge(layerMemoryData),
    Layer.provideMerge(reads)
  )

/** Makes one host call of an execution of its own. */
export const hostCall = (name: string, member: string, ...args: ReadonlyArray<unknown>) =>
  Effect.flatMap(HostImports, (imports) =>
    imports.forExecution(defaultLimits)({ interface: `${packageName}/${name}`, function: member, args })
  )

/** What was logged while an effect ran. */
export interface Logged {
  readonly level: string
  readonly message: unknown
  readonly annotations: Readonly<Record<string, unknown>>
}

/** Runs an effect and gives what it logged. */
export const logsOf = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<ReadonlyArray<Logged>, E, R> =>
  Effect.suspend(() => {
    const logged: Array<Logged> = []
    const logger = Logger.map(Logger.formatStructured, ({ level, message, annotations }) => {
      logged.push({ level, message, annotations })
    })
    return Effect.as(Effect.provide(effect, Logger.layer([logger])), logged)
  })
