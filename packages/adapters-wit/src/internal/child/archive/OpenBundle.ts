import { constants, createZstdDecompress } from "node:zlib"
import { archiveBounds } from "./ArchiveBounds.ts"
import { ArchiveRefusal, shown } from "./ArchiveRefusal.ts"
import { manifestFields, wholeManifest } from "./ManifestFields.ts"
import { TarReader, type Wants } from "./TarReader.ts"
import { checkZstdFrame } from "./ZstdFrame.ts"

/** Which part of an archive is wanted. */
export interface OpenRequest {
  /** The manifest and the component, the files below `ui/`, or all that the manifest says. */
  readonly part: "component" | "page" | "manifest"
  /** Largest component, in bytes. */
  readonly componentBytes: number
}

/** What was taken out. */
export interface TakenOut {
  /** The fields of the manifest that a host relies on, or all where it alone was asked for; null for a page. */
  readonly manifest: unknown
  readonly files: ReadonlyArray<readonly [name: string, bytes: Uint8Array]>
}

const manifestName = "manifest.json"
const componentName = "dist/main.wasm"
const pageFolder = "ui/"

const tooLarge = (name: string, bytes: number, most: number) =>
  new ArchiveRefusal(`${shown(name)} has ${bytes} bytes: at most ${most}`)

const manifestWants: Wants = (name, bytes) => {
  if (name === manifestName && bytes > archiveBounds.manifestBytes) {
    throw tooLarge(name, bytes, archiveBounds.manifestBytes)
  }
  return name === manifestName
}

const componentWants =
  (componentBytes: number): Wants =>
  (name, bytes) => {
    if (name === componentName && bytes > componentBytes) throw tooLarge(name, bytes, componentBytes)
    return manifestWants(name, bytes) || name === componentName
  }

const pageWants = (): Wants => {
  let sum = 0
  return (name, bytes) => {
    if (!name.startsWith(pageFolder)) return false
    sum += bytes
    if (sum > archiveBounds.pageBytes) throw tooLarge("the page", sum, archiveBounds.pageBytes)
    return true
  }
}

const unpack = async (archive: Uint8Array, wants: Wants): Promise<ReadonlyMap<string, Uint8Array>> => {
  checkZstdFrame(archive)
  const tar = new TarReader(wants)
  const windowLog = Math.log2(archiveBounds.windowBytes)
  const plain = createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: windowLog }, chunkSize: 262_144 })
  try {
    // Not `pipe`: it looks at `process.stdout`, which makes the pipe to the host one that does not block.
    plain.end(archive)
    for await (const chunk of plain) tar.write(chunk)
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code
    if (typeof code !== "string" || !code.startsWith("ZSTD_")) throw error
    throw new ArchiveRefusal(`the archive cannot be unpacked: ${code}`)
  }
  tar.end()
  return tar.files
}

const needed = (files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array => {
  const file = files.get(name)
  if (file === undefined) throw new ArchiveRefusal(`the archive has no ${name}`)
  return file
}

/** Takes what is asked for out of an archive. Throws {@link ArchiveRefusal} where the archive breaks a rule. */
export const openBundle = async ({ componentBytes, part }: OpenRequest, archive: Uint8Array): Promise<TakenOut> => {
  if (part === "page") {
    const files = await unpack(archive, pageWants())
    return { manifest: null, files: [...files].map(([name, bytes]) => [name.slice(pageFolder.length), bytes] as const) }
  }
  if (part === "manifest") {
    const files = await unpack(archive, manifestWants)
    return { manifest: wholeManifest(needed(files, manifestName)), files: [] }
  }
  const files = await unpack(archive, componentWants(componentBytes))
  const manifest = manifestFields(needed(files, manifestName))
  return { manifest, files: [[componentName, needed(files, componentName)] as const] }
}
