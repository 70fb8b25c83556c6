import { join } from "node:path"
import { run } from "./Commands.ts"
import { root } from "./Packages.ts"

const knip = join(root, "checks/node_modules/.bin/knip")
const rules = join(root, "checks/knip.jsonc")

/**
 * The files, the exports with their types, and the named dependencies that nothing in this workspace uses; and the dependencies that a
 * package uses without naming them. `checks/knip.jsonc` says what is used in ways that cannot be seen.
 */
export const unused = async (workspace = root): Promise<ReadonlyArray<string>> => {
  const looked = await run(knip, ["--config", rules, "--no-config-hints", "--reporter", "compact"], workspace)
  return looked.code === 0 ? [] : `${looked.stdout}${looked.stderr}`.trim().split("\n")
}
