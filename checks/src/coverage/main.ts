import { spawnSync } from "node:child_process"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { root } from "../release/Packages.ts"
import { coverageFlags, includeFlags } from "./Flags.ts"
import { byPackage, table } from "./Table.ts"

const named = process.argv.slice(2)
const args = ["run", ...coverageFlags, ...includeFlags(named), ...named]
const { status } = spawnSync(join(root, "node_modules/.bin/vitest"), args, {
  cwd: root,
  stdio: "inherit",
  // V8 counts less exactly in functions that come from a cache.
  env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: "1" }
})
const summary = JSON.parse(await readFile(join(root, "coverage/summary.json"), "utf8"))
const packages = byPackage(summary, join(root, "packages"))

console.log(table(packages))
process.exitCode = status ?? 1
