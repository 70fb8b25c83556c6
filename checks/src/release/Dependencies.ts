import { join } from "node:path"
import { run } from "./Commands.ts"
import { root } from "./Packages.ts"

/** Dependencies that a package names and does not use, or uses and does not name. */
export const looseDependencies = async (): Promise<ReadonlyArray<string>> => {
  const knip = join(root, "checks/node_modules/.bin/knip")
  const looked = await run(knip, ["--config", "checks/knip.jsonc", "--dependencies", "--reporter", "compact"], root)
  return looked.code === 0 ? [] : looked.stdout.trim().split("\n")
}
