import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { BundledPackage } from "../../../packages/adapters-wit/scripts/bundledPackages.ts"
import { outputOf, run } from "./Commands.ts"
import { root } from "./Packages.ts"

const bundleJco = join(root, "packages/adapters-wit/scripts/bundleJco.ts")

/** The packages that a release carries in a bundle. No listing of dependencies has them, since nobody installs them. */
export const bundledInRelease = async (): Promise<ReadonlyArray<BundledPackage>> => {
  const folder = await mkdtemp(join(tmpdir(), "alga-bundled-"))
  try {
    const bundled = await run(process.execPath, [bundleJco, folder], root)
    if (bundled.code !== 0) throw new Error(`jco cannot be bundled: ${outputOf(bundled)}`)
    return JSON.parse(await readFile(join(folder, "package.json"), "utf8")).bundled
  } finally {
    await rm(folder, { recursive: true })
  }
}
