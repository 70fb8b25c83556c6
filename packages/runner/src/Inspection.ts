import { type ComponentNeed, type Limits, review } from "@alga-psa/ext-adapters-wit"
import type { Capability, ShownManifest } from "@alga-psa/ext-domain"
import { Effect } from "effect"
import { type Reach, reachOf } from "./Reach.ts"
import type { Settings } from "./Settings.ts"

/** What a component is, as intake found it. It was not run. Hash and memory are null for a bundle of a page alone. */
export interface Inspection {
  /** What it can at most do here. */
  readonly atMost: Reach
  /** SHA-256 of the component's bytes. */
  readonly hash: string | null
  readonly bytes: number
  /** The JavaScript engine, by the component's own word; null where it names none. */
  readonly engine: string | null
  readonly imports: ReadonlyArray<string>
  /** Capabilities that its imports can use. A component made from JavaScript imports every interface, used or not. */
  readonly capabilities: ReadonlyArray<Capability>
  /** What its code asks of the host with each request. On a host that sets no such header, a caller could set it. */
  readonly needs: ReadonlyArray<ComponentNeed>
  /** Linear memory that it starts with, and may grow to by itself, in KiB; null where it names no bound. */
  readonly memory: { readonly startKib: number; readonly maximumKib: number | null } | null
  readonly limits: Limits
  /** Only for a bundle. */
  readonly bundle: {
    readonly contentHash: string
    readonly bytes: number
    readonly manifest: ShownManifest
    readonly unknownCapabilities: ReadonlyArray<string>
    readonly uiFiles: number
  } | null
}

/** Takes a component, or the one in a bundle, in and says what it is. Fails where it would be refused. */
export const inspection = Effect.fnUntraced(function* (bytes: Uint8Array, limits: Limits, settings: Partial<Settings>) {
  const found = yield* review(bytes)
  const { bundle, component } = found
  return {
    atMost: reachOf(found, settings),
    hash: component?.hash ?? null,
    bytes: component?.bytes ?? 0,
    engine: component?.engine ?? null,
    imports: component?.imports ?? [],
    capabilities: component?.capabilities ?? [],
    needs: component?.needs ?? [],
    memory: component?.memory ?? null,
    limits,
    bundle:
      bundle === null
        ? null
        : {
            contentHash: bundle.contentHash,
            bytes: bundle.bytes,
            manifest: bundle.manifest,
            unknownCapabilities: bundle.unknownCapabilities,
            uiFiles: bundle.page?.files ?? 0
          }
  } satisfies Inspection
})
