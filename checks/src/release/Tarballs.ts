import { readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core"
import { publint } from "publint"
import { formatMessage } from "publint/utils"
import { outputOf, pnpm } from "./Commands.ts"
import { wrongInTarball } from "./Manifests.ts"
import type { PackageManifest, WorkspacePackage } from "./Packages.ts"

/** A package as it would be published. */
export interface Tarball {
  readonly name: string
  /** Absolute. */
  readonly file: string
  /** The `package.json` in it. */
  readonly manifest: PackageManifest
  /** The files in it, relative to the package. */
  readonly files: ReadonlyArray<string>
  readonly bytes: Uint8Array
}

/** Builds a package anew and packs it into `folder`; or says why that cannot be done. */
export const pack = async (from: WorkspacePackage, folder: string): Promise<Tarball | string> => {
  await rm(join(from.path, "dist"), { recursive: true, force: true })
  const packed = await pnpm(["pack", "--json", "--pack-destination", folder], from.path)
  if (packed.code !== 0) return `${from.manifest.name} cannot be packed: ${outputOf(packed)}`
  const { filename } = JSON.parse(packed.stdout.slice(packed.stdout.indexOf("{"))) as { readonly filename: string }
  const file = join(folder, filename.split("/").at(-1) ?? filename)
  const bytes = await readFile(file)
  const content = createPackageFromTarballData(bytes)
  const prefix = `/node_modules/${content.packageName}/`
  const files = content.listFiles().map((path) => path.replace(prefix, ""))
  const manifest = JSON.parse(content.readFile(`${prefix}package.json`)) as PackageManifest
  return { name: from.manifest.name, file, manifest, files, bytes }
}

/** What a package's readers would find wrong with it: its manifest, publint, and its types for ESM. One sentence each. */
export const problemsOf = async ({ bytes, files, manifest, name }: Tarball): Promise<ReadonlyArray<string>> => {
  const tarball = new Uint8Array(bytes).buffer
  const { messages } = await publint({ pack: { tarball }, level: "warning", strict: true })
  const linted = messages.map((message) => `${name}: ${formatMessage(message, manifest, { color: false })}`)
  const types = await checkPackage(createPackageFromTarballData(bytes))
  const typed = types.types === false ? [`${name} has no types`] : types.problems
  const esm = typed.filter(
    (problem) =>
      typeof problem === "string" || !("resolutionKind" in problem && /node10|cjs/.test(problem.resolutionKind))
  )
  return [
    ...wrongInTarball(manifest, files),
    ...linted,
    ...esm.map((problem) => (typeof problem === "string" ? problem : `${name}: types: ${JSON.stringify(problem)}`))
  ]
}
