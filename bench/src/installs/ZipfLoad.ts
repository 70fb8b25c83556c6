import type { Component, SandboxOptions } from "@alga-psa/ext-adapters-wit"
import { Effect } from "effect"
import type { BenchOptions } from "../Bench.ts"
import { spentSince } from "../cluster/ProcessorTime.ts"
import { numbers } from "../Numbers.ts"
import { atOnce, sampleOf } from "../Sample.ts"
import { guestProcesses, memoryOfGuest } from "../sandbox/GuestProcesses.ts"
import { layerOurs, request, taken } from "../sandbox/Ours.ts"
import { openLoop } from "./OpenLoop.ts"
import { zipf } from "./Zipf.ts"

/** Memory for idle processes, in MiB. */
export const zipfMb = 2_048
/** Callers that find the most requests a second, and executions at the same time. */
export const zipfCallers = 4
/** Most installs, and the components that they are of. */
export const zipfInstalls = 1_000
export const zipfComponents = 20

/** The component with a section that means nothing, so that it is another one. */
const another = (component: Uint8Array, at: number): Uint8Array => {
  const name = Buffer.from(`number ${at}`)
  return Buffer.concat([component, Uint8Array.of(0, name.byteLength + 1, name.byteLength), name])
}

/** So many components that do the same. */
export const alike = (directory: string, bytes: Uint8Array, kinds: number) =>
  Effect.forEach(
    Array.from({ length: kinds }, (_, at) => another(bytes, at)),
    taken
  ).pipe(Effect.provide(layerOurs(directory)), Effect.scoped)

/** A sandbox with 2 GiB for idle processes. */
export const layerZipf = (directory: string, processPer: SandboxOptions["processPer"]) =>
  layerOurs(directory, {
    concurrency: zipfCallers,
    concurrencyPerInstall: zipfCallers,
    concurrencyPerTenant: zipfCallers,
    queueLength: 100_000,
    idleProcesses: 64,
    idleMb: zipfMb,
    loadedSpares: 4,
    processPer
  })

/** Draws a request of one of these installs, which are of the components in turn. */
export const zipfRequests = (components: ReadonlyArray<Component>, installs: number, next: () => number) => {
  const calls = Array.from({ length: installs }, (_, at) =>
    request(components[at % components.length] as Component, { installId: `install ${at}` })
  )
  const place = zipf(installs, next)
  return () => calls[place()] as (typeof calls)[number]
}

/** Asks installs by a Zipf law: as much as there can be, then at half of that. */
export const zipfLoad = (
  directory: string,
  components: ReadonlyArray<Component>,
  installs: number,
  processPer: SandboxOptions["processPer"],
  { budget }: Pick<BenchOptions, "budget">
) =>
  Effect.gen(function* () {
    const next = numbers()
    const draw = zipfRequests(components, installs, next)
    const callers = Array.from({ length: zipfCallers }, () => Effect.suspend(draw))
    const warm = yield* atOnce(callers, budget * 2)
    const spent = yield* spentSince
    const { durations, milliseconds } = yield* atOnce(callers, budget)
    const { guests, host } = yield* spent
    const most = (durations.length / milliseconds) * 1_000
    const spentAtHalf = yield* spentSince
    const half = yield* openLoop(draw, most / 2, budget * 2, next)
    const atHalf = yield* spentAtHalf
    return {
      warmUps: warm.durations.length,
      most: { ...sampleOf(durations), rate: most, processorMs: (guests + host) / durations.length },
      half: {
        ...sampleOf(half.durations),
        rate: most / 2,
        processorMs: (atHalf.guests + atHalf.host) / half.durations.length
      },
      failed: half.failed,
      processes: guestProcesses().map(memoryOfGuest)
    }
  }).pipe(Effect.provide(layerZipf(directory, processPer)), Effect.scoped)
