import { spawnSync } from "node:child_process"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

/** Suites that `pnpm test` runs and that say nothing of the server: of an embedded database, of texts of statements, or at length. */
const elsewhere = "**/{embedded,PgEmbedded,statements,agreement,twins}.integration.test.ts"

/** Suites of what a connection does, which is one protocol: they run on the oldest version, and `pnpm test` runs them on the newest. */
const ofConnection =
  "**/{carryOver,encrypted,faults,guardedPromise,interrupts,promise,statementFaults}.integration.test.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const versions = fileURLToPath(new URL("../postgres-versions", import.meta.url))
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs")
const image = process.env["TEST_POSTGRES_IMAGE"] ?? ""
/** The image stands for the binaries of the version that its tag names. */
const ofImage = /:(\d+)/.exec(image)?.[1]

const run = (title: string, command: string, args: ReadonlyArray<string>, settings: NodeJS.ProcessEnv, cwd: string) => {
  console.log(`\n== ${title}`)
  const { status } = spawnSync(command, args, { cwd, stdio: "inherit", env: { ...process.env, ...settings } })
  return status === 0
}

const suites = (title: string, settings: NodeJS.ProcessEnv, ...leftOut: ReadonlyArray<string>) => {
  const excluded = [elsewhere, ...leftOut].flatMap((files) => ["--exclude", files])
  const args = ["run", "--project", "integration", ...excluded, "packages/adapters-pg"]
  return run(
    title,
    process.execPath,
    [vitest, ...args, "--silent", "passed-only"],
    { TEST_DATABASE_URL: undefined, ...settings },
    root
  )
}

const npx = process.platform === "win32" ? "npx.cmd" : "npx"
const install = ["--yes", "pnpm@12", "install", "--frozen-lockfile"]
if (!run("binaries of PostgreSQL 15, 16 and 17", npx, install, {}, versions)) process.exit(1)

const failed = ["15", "16", "17"]
  .filter((version) => version !== ofImage)
  .filter(
    (version) =>
      !suites(
        `PostgreSQL ${version}, binaries`,
        { TEST_POSTGRES_VERSION: version },
        ...(version === "15" ? [] : [ofConnection])
      )
  )
if (image !== "" && !suites(`Docker image ${image}`, { TEST_POSTGRES_VERSION: undefined })) failed.push(image)
if (failed.length > 0) {
  console.error(`\nfailed on: ${failed.join(", ")}`)
  process.exit(1)
}
