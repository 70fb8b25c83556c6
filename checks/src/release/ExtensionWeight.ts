import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { newExtension } from "create-alga-extension"
import { type Budget, beyond, installByNpm } from "./Footprint.ts"
import type { Tarball } from "./Tarballs.ts"

/** Why a new extension brings the packages that weigh most. Names may end with a platform. */
const reasons: ReadonlyArray<readonly [name: RegExp, why: string]> = [
  [/^effect$/, "what the tools are written with"],
  [/^@effect\/platform-node/, "how the tools reach files, processes and HTTP"],
  [/^typescript$|^@typescript\//, "checks types, and finds what a handler uses of the host"],
  [/^componentize-qjs$|^@andreiltd\/componentize-qjs-binding-/, "makes components with QuickJS"],
  [/^@electric-sql\/pglite$/, "the database of `alga-ext dev`"],
  [/^esbuild$|^@esbuild\//, "bundles handlers and pages"],
  [/^@redis\/|^redis$/, "asked for by @effect/platform-node; only a runner with the product's debug stream loads it"],
  [/^undici$/, "HTTP, by which `alga-ext dev` answers `host.http`"],
  [/^@types\/node$|^undici-types$/, "types of Node, for tests"],
  [/^@alga-psa\/ext-/, "ours"],
  [/^bare-/, "asked for by tar-stream, which packs bundles; Node has it all"],
  [/^react$/, "asked for by @alga-psa/extension-iframe-sdk; a page without React has nothing of it"]
]

const why = (name: string): string | undefined => reasons.find(([names]) => names.test(name))?.[1]

/** A new extension with a page: 66 packages and 196.1 MB when this was written, on Linux, x64. */
const extensionBudget: Budget = {
  packages: 70,
  bytes: 205_000_000,
  without: ["@bytecodealliance/jco", "@bytecodealliance/componentize-js", "binaryen", "rolldown", "node"]
}

/** What `npm install` of a new extension with a page brings: lines to print, and what is wrong, one sentence each. */
export const extensionWeight = async (tarballs: ReadonlyArray<Tarball>, parent: string) => {
  const { folder } = await newExtension({ name: "weighed", parent, page: true, reads: ["clients", "services"] })
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"))
  const found = await installByNpm(folder, manifest, tarballs)
  if (typeof found === "string") return { lines: [], problems: [found] }
  const megabytes = (bytes: number) => (bytes / 1_000_000).toFixed(1)
  return {
    lines: [
      `${found.packages.length} packages, ${megabytes(found.bytes)} MB`,
      ...found.largest.map(({ bytes, name }) => `${megabytes(bytes).padStart(6)} MB  ${name}: ${why(name) ?? "?"}`)
    ],
    problems: [
      ...beyond(found, extensionBudget),
      ...found.largest
        .filter(({ name }) => why(name) === undefined)
        .map(({ name }) => `brings ${name}: say in ExtensionWeight.ts why`)
    ]
  }
}
