import { createHash } from "node:crypto"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import {
  type AuthoredManifest,
  buildExtension,
  checkPage,
  checkSources,
  type Extension,
  type ExtensionInvalid,
  finding,
  findingLine,
  invalid,
  namedInterfaces,
  packBundle,
  readExtension
} from "@alga-psa/ext-extension-build"
import { entryOf } from "@alga-psa/ext-extension-build/Extension"
import { buildPage } from "@alga-psa/ext-extension-sdk/BuildPage"
import { bundleForNode } from "@alga-psa/ext-extension-sdk/BundleForNode"
import { BuildError, prepareComponent, worldDirOf } from "@alga-psa/ext-extension-sdk/build"
import { FileRefused } from "@alga-psa/ext-extension-sdk/FileRefused"
import { Effect } from "effect"
import { hostParts } from "./internal/hostNames.ts"
import { hostCallName } from "./node/messages.ts"
import { type Explain, sourcePlaces, stackOver } from "./SourceStack.ts"
import { type WrittenCalls, writtenCalls } from "./WrittenCalls.ts"

/** An extension that was built for the development loop. */
export interface DevBuild {
  readonly manifest: AuthoredManifest
  readonly archive: Uint8Array
  /** SHA-256 of the archive: 64 lower-case hexadecimal digits. */
  readonly contentHash: string
  readonly hasPage: boolean
  readonly explain: Explain
  /** The handler's script for Node; null where it is not asked for. */
  readonly nodeFile: string | null
  /** Where the extension's own code calls the host. */
  readonly written: WrittenCalls
  /** What `alga-ext check` finds, one line each. */
  readonly notes: ReadonlyArray<string>
}

/** Builds one extension again and again. */
export interface Builder {
  readonly build: Effect.Effect<DevBuild, ExtensionInvalid>
}

/** What a builder needs. */
export interface BuilderOptions {
  readonly folder: string
  /** The module that exports `handler`. Default: `src/component.ts`. */
  readonly entry: string | undefined
  /** Whether type errors are looked for. Default: true. */
  readonly types?: boolean | undefined
  /** A folder of the builder's own. */
  readonly scratch: string
  /** Whether the handler is bundled for Node, too. */
  readonly forNode: boolean
}

/**
 * Builds with QuickJS, as `alga-ext build` does but for the time it takes: a component is made again only where what it
 * is made of has changed. Wrong capabilities are notes, and so are wrong types.
 */
export const makeBuilder = ({ entry: given, folder, forNode, scratch, types = true }: BuilderOptions): Builder => {
  let last = { fingerprint: "", component: new Uint8Array() }

  const nodeFileOf = async (entry: string): Promise<string | null> => {
    if (!forNode) return null
    const script = await bundleForNode(entry, hostCallName)
    const file = join(scratch, `node-${createHash("sha256").update(script).digest("hex").slice(0, 16)}.mjs`)
    await writeFile(file, script)
    return file
  }

  const make = async (extension: Extension, entry: string, named: ReadonlyArray<string>): Promise<DevBuild> => {
    const witDir = worldDirOf(import.meta.filename)
    const [page, whole] = await Promise.all([
      buildPage(join(extension.folder, "ui")),
      prepareComponent({ entry, witDir })
    ])
    const { capabilities } = extension.manifest
    const sources = { folder: extension.folder, entry, capabilities, named, types }
    const checked = await checkSources(sources, whole)
    const prepared = await prepareComponent({ entry, witDir, interfaces: checked.interfaces })
    if (prepared.fingerprint !== last.fingerprint) {
      const file = join(scratch, "main.wasm")
      await prepared.write(file)
      last = { fingerprint: prepared.fingerprint, component: await readFile(file) }
    }
    const { bytes, contentHash } = await packBundle({
      "manifest.json": extension.manifestBytes,
      "dist/main.wasm": last.component,
      ...Object.fromEntries(Object.entries(page).map(([name, content]) => [`ui/${name}`, content]))
    })
    const places = sourcePlaces(extension.folder, entry, prepared.bundle)
    const pageFiles = Object.keys(page).map((name) => `ui/${name}`)
    const found = [...extension.findings, ...checkPage(extension.manifest, pageFiles), ...checked.findings]
    // Problems come first, because the panel shows a limited number.
    const findings = [
      ...found.filter(({ severity }) => severity === "error"),
      ...found.filter(({ severity }) => severity === "note")
    ]
    return {
      manifest: extension.manifest,
      archive: bytes,
      contentHash: contentHash.replace("sha256:", ""),
      nodeFile: await nodeFileOf(entry),
      hasPage: Object.hasOwn(page, "index.html"),
      explain: stackOver(places),
      written: writtenCalls(prepared.bundle, hostParts, places),
      notes: findings.map(findingLine)
    }
  }

  // The build that the author knows reports the problems.
  const explained = buildExtension({
    folder,
    entry: given,
    buildsDir: join(scratch, "builds"),
    strict: false,
    types
  }).pipe(
    Effect.flatMap(() =>
      Effect.fail(
        invalid(
          finding({ code: "changed", at: { file: folder }, text: "changed while it was built", remedy: "try again" })
        )
      )
    )
  )

  return {
    build: Effect.gen(function* () {
      const extension = yield* readExtension(folder)
      const entry = yield* entryOf(extension.folder, given)
      const named = yield* namedInterfaces(extension.folder, [])
      return yield* Effect.tryPromise({ try: () => make(extension, entry, named), catch: (cause) => cause }).pipe(
        Effect.catchIf(
          (cause) => cause instanceof BuildError || cause instanceof FileRefused,
          () => explained,
          (cause) => Effect.die(cause)
        )
      )
    })
  }
}
