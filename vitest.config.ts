import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { configDefaults, defineConfig } from "vitest/config"

const tests = (kind: string) => `{packages/*,bench,checks}/test/**/*${kind}.test.ts`

// Tests start the command lines hundreds of times: each run keeps what Node makes of their sources. Coverage wants them as they are.
if (process.env["NODE_DISABLE_COMPILE_CACHE"] === undefined && process.env["NODE_COMPILE_CACHE"] === undefined) {
  const folder = mkdtempSync(join(tmpdir(), "alga-compiled-"))
  process.env["NODE_COMPILE_CACHE"] = folder
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
}

// An extension that was built is built again by other tests, and by the next run, and so is a database: what was made of the same is
// kept for a day.
for (const kind of ["components", "databases"]) {
  const folder = fileURLToPath(new URL(`node_modules/.cache/${kind}`, import.meta.url))
  process.env[`ALGA_KEPT_${kind.toUpperCase()}`] ??= folder
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) {
    const file = join(folder, name)
    const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: 0 }
    if (mtimeMs < Date.now() - 86_400_000) rmSync(file, { recursive: true, force: true })
  }
}

export default defineConfig({
  test: {
    pool: "forks",
    // Many tests wait for processes. Vitest's own choice on two cores is one file at a time.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    // Files keep nothing for each other, and loading Effect anew for each costs a second of processor time.
    isolate: false,
    // V8 would collect all garbage each time that 64 MB of buffers came together: these take a tenth less processor time.
    execArgv: ["--max-semi-space-size=64", "--min-semi-space-size=32", "--external-memory-accounted-in-global-limit"],
    setupFiles: ["checks/test/support/givesBack.ts"],
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    // Nothing is measured by them: they end what hangs, on a busy machine too.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 120_000 } },
    coverage: {
      include: ["packages/*/src/**/*.ts"],
      exclude: ["packages/*/src/**/page/src/**"],
      reportOnFailure: true,
      reporter: ["html", ["json-summary", { file: "summary.json" }]],
      thresholds: { "packages/domain/src/**": { lines: 100, branches: 100, functions: 100, statements: 100 } }
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [tests("")],
          // Without Vitest's own, each run walks half a million folders: the packages link each other in circles.
          exclude: [...configDefaults.exclude, tests(".integration"), tests(".e2e"), tests(".browser")]
        }
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: [tests(".integration")],
          globalSetup: ["packages/adapters-pg/test/globalSetup.ts"]
        }
      },
      { extends: true, test: { name: "e2e", include: [tests(".e2e")] } },
      {
        extends: true,
        test: {
          name: "browser",
          include: [tests(".browser")],
          globalSetup: ["packages/development-host/testing/browserSetup.ts"]
        }
      }
    ]
  }
})
