import { defineConfig } from "vitest/config"

const tests = (kind: string) => `{packages/*,bench,checks}/test/**/*${kind}.test.ts`

export default defineConfig({
  test: {
    pool: "forks",
    testTimeout: 30_000,
    hookTimeout: 60_000,
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
        test: { name: "unit", include: [tests("")], exclude: [tests(".integration"), tests(".e2e"), tests(".browser")] }
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
