/**
 * Writes into each published package from which repository it comes: `node checks/src/release/repository.ts https://github.com/OWNER/NAME`.
 * The release calls it. npm shows the repository, resolves the links of a README by it, and checks it for provenance.
 */
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { publishedPackages } from "./Packages.ts"

const [url] = process.argv.slice(2)
if (url === undefined || !/^https:\/\/[^/]+\/[^/]+\/[^/]+$/.test(url)) {
  throw new Error("name the repository: https://HOST/OWNER/NAME")
}
for (const { folder, manifest, path } of await publishedPackages()) {
  const repository = { type: "git", url: `git+${url}.git`, directory: `packages/${folder}` }
  await writeFile(join(path, "package.json"), `${JSON.stringify({ ...manifest, repository }, null, 2)}\n`)
}
