import { type PackageCoverage, table } from "./Table.ts"

/** Where the page is, relative to the workspace. */
export const pagePath = "docs/coverage.md"

/** The page that says which share of each package's lines and branches the tests reach. */
export const page = (packages: ReadonlyArray<PackageCoverage>): string =>
  [
    "# Coverage",
    "",
    "Lines and branches of each package's sources that the whole test command runs. `npx --yes pnpm@12 coverage` runs it and writes",
    "this page, with a report of every line in `coverage/`; `npx --yes pnpm@12 coverage packages/domain` does so for one package,",
    "by its own tests alone, and leaves the page as it is. `domain` has all of both or the command fails, and CI asks it of `domain`.",
    "",
    table(packages),
    "",
    "Counted is what runs in the tests and in every Node program that they start, such as `serve` and `alga-ext`: V8 counts in each,",
    "and hits of one place are added up. Not counted, though tests run it:",
    "",
    "- what runs in a sandbox process (`adapters-wit/src/internal/child`) beside what tests call directly: such a process has no",
    "  environment, may write no file and is ended by a signal;",
    "- the part of the SDK that runs inside a component (`component.ts`, `FillIns.ts`, `internal/bindings.ts`, `internal/reads.ts`):",
    "  that is WebAssembly;",
    "- what a program ran that was ended by SIGKILL, as the tests of faults do: it writes nothing down;",
    "- pages in a browser, which are left out.",
    ""
  ].join("\n")
