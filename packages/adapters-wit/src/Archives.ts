import { Context, Effect, Layer } from "effect"
import { ArchiveRefused } from "./ArchiveRefused.ts"
import type { ArchiveUnopened } from "./ArchiveUnopened.ts"
import { findConfinement } from "./internal/host/Confinement.ts"
import { checkNode } from "./internal/host/NodeVersion.ts"
import { type ArchiveFile, openArchive } from "./internal/host/openArchive.ts"
import { defaultLimits } from "./Limits.ts"
import type { NodeUnsuitable } from "./NodeUnsuitable.ts"

export type { ArchiveFile } from "./internal/host/openArchive.ts"

/** The part of a bundle that runs. */
export interface OpenedBundle {
  /** The fields of `manifest.json` that a host relies on, as they stand there. Decode them. */
  readonly manifest: unknown
  /** `dist/main.wasm`. */
  readonly component: Uint8Array
}

/**
 * Opens archives of bundles, `bundle.tar.zst`.
 *
 * Guarantees:
 * - Nothing of an archive is parsed in this process. A process of its own does it, without any right, with a bound on its
 *   memory, on its time and on its processor time, and ends with it.
 * - Sizes are checked by what headers say, before anything is kept; an archive that breaks a bound is refused by name.
 * - An archive is one zstd frame of one tar archive of files and directories, and nothing behind. Every path is relative
 *   and there once.
 * - Interrupted, it ends the process.
 */
export interface ArchivesService {
  /** The manifest and the component. */
  readonly component: (archive: Uint8Array) => Effect.Effect<OpenedBundle, ArchiveRefused | ArchiveUnopened>
  /** The files below `ui/`, by their paths there. */
  readonly page: (
    archive: Uint8Array
  ) => Effect.Effect<ReadonlyMap<string, ArchiveFile>, ArchiveRefused | ArchiveUnopened>
  /** All that `manifest.json` says, as it stands there. Decode it. */
  readonly manifest: (archive: Uint8Array) => Effect.Effect<unknown, ArchiveRefused | ArchiveUnopened>
}

/** Opens archives of bundles. */
export class Archives extends Context.Service<Archives, ArchivesService>()("@alga-psa/ext-adapters-wit/Archives") {}

/** How long opening one archive may take, and how much processor time, where nothing else is said. */
export const archiveTimes = { timeoutMs: 30_000, processorMs: 10_000 } as const

/** What bounds the opening of an archive. {@link archiveTimes} has the defaults. */
export interface ArchivesOptions {
  /** Largest component, in bytes. Default: that of {@link defaultLimits}. */
  readonly componentBytes?: number
  /** Longest time to open one archive, in milliseconds. */
  readonly timeoutMs?: number
  /** Most processor time to open one archive, in milliseconds. */
  readonly processorMs?: number
  /** The Node that opens. Default: the one that runs this program. */
  readonly execPath?: string
}

const componentName = "dist/main.wasm"

/** Why an archive without a component is refused, such as one with only a page. */
export const noComponent = `the archive has no ${componentName}`

/** Fails where the Node that opens archives is not suitable. */
export const layerArchives = (options: ArchivesOptions = {}): Layer.Layer<Archives, NodeUnsuitable> =>
  Layer.effect(
    Archives,
    Effect.gen(function* () {
      const execPath = options.execPath ?? process.execPath
      yield* checkNode(execPath)
      const bounds = {
        execPath,
        confinement: yield* findConfinement(execPath, null),
        componentBytes: options.componentBytes ?? defaultLimits.componentBytes,
        timeoutMs: options.timeoutMs ?? archiveTimes.timeoutMs,
        processorMs: options.processorMs ?? archiveTimes.processorMs
      }
      return Archives.of({
        component: Effect.fn("Archives.component")(function* (archive) {
          const { files, manifest } = yield* openArchive("component", archive, bounds)
          const component = files.get(componentName)?.bytes
          if (component === undefined) return yield* new ArchiveRefused({ message: noComponent })
          return { manifest, component }
        }),
        page: Effect.fn("Archives.page")((archive) =>
          Effect.map(openArchive("page", archive, bounds), ({ files }) => files)
        ),
        manifest: Effect.fn("Archives.manifest")((archive) =>
          Effect.map(openArchive("manifest", archive, bounds), ({ manifest }) => manifest)
        )
      })
    })
  )
