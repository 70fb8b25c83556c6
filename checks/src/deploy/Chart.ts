import { createHash } from "node:crypto"
import { glob, readFile } from "node:fs/promises"
import { join } from "node:path"
import { root } from "../documents/Pages.ts"

const chart = "deploy/helm/alga-extension-runner"

/** SHA-256 of the chart's templates, by which a rendered example says what it was rendered from. */
export const templatesHash = async (): Promise<string> => {
  const names = (await Array.fromAsync(glob(`${chart}/templates/*`, { cwd: root }))).sort()
  const hash = createHash("sha256")
  for (const name of names) hash.update(`${name}\n`).update(await readFile(join(root, name)))
  return hash.digest("hex")
}
