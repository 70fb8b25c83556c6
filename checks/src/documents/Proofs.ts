import { authorsGuides } from "../../../packages/extension-cli/test/support/AuthorsGuides.ts"
import { shownFiles } from "../release/QuickStarts.ts"
import { type Block, blocksOf } from "./Blocks.ts"
import type { Page } from "./Pages.ts"

/** What in CI would notice that a block of a page no longer holds. */
interface Proof {
  /** The test, or the program that `.ci/run` calls, from the workspace's folder. */
  readonly by: string
  /** What it does with the block. */
  readonly how: string
  readonly covers: (block: Block, page: Page) => boolean
}

const isPackage = (path: string) => /^packages\/[\w-]+\/README\.md$/.test(path)
const guideOfReads = "docs/guides/reads-from-other-packages.md"
const guideOfTheSwitch = "docs/guides/switch-over.md"
const guideOfAccess = "docs/guides/who-read-what.md"
const guideOfTheCluster = "docs/guides/run-a-cluster.md"
const guideOfTodaysRunner = "docs/guides/reads-for-todays-runner.md"
const isGuide = (path: string) => path.startsWith("docs/guides/")
const guidesOfAuthors = new Set(authorsGuides.map((name) => `docs/guides/${name}`))
/** The page whose blocks are the files of an extension. */
export const partsOfAnExtension = "docs/extension-in-four-files.md"
const isQuickStart = (block: Block, page: Page) =>
  isPackage(page.path) && shownFiles(page.text).some(({ text }) => text === block.text)

const commandsTest = "checks/test/commands.integration.test.ts"

/** How the blocks of the pages are proved. A block that none of these covers must not be there. */
const proofs: ReadonlyArray<Proof> = [
  {
    by: "checks/test/plainReads.integration.test.ts",
    how: "follows the guide from an empty folder, on a PostgreSQL",
    covers: (_block, { path }) => path === guideOfReads
  },
  {
    by: "packages/extension-cli/test/guides.e2e.test.ts",
    how: "follows the guide from an empty folder: writes its files, runs its commands, looks for what they print",
    covers: (_block, { path }) => guidesOfAuthors.has(path)
  },
  {
    by: "checks/test/switchOver.integration.test.ts",
    how: "runs the commands in their order, with the settings of the guide, on a PostgreSQL",
    covers: (_block, { path }) => path === guideOfTheSwitch
  },
  {
    by: "checks/test/whoReadWhat.integration.test.ts",
    how: "makes the logins and runs the commands in their order, with the settings of the guide, on a PostgreSQL",
    covers: (_block, { path }) => path === guideOfAccess
  },
  {
    by: "checks/src/operate/main.ts",
    how: "follows the guide from an empty folder, on a PostgreSQL, with Debian's PgBouncer and Prometheus; `.ci/long` calls it",
    covers: (_block, { path }) => path === guideOfTheCluster
  },
  {
    by: "packages/runner/test/todaysRunner.e2e.test.ts",
    how: "looks whether each recorded request goes by one of its paths",
    covers: ({ language }, { path }) => path === guideOfTodaysRunner && language === "yaml"
  },
  {
    by: "packages/extension-cli/test/DevFiles.test.ts",
    how: "reads it as an author's `alga.dev.json`",
    covers: ({ language }, { path }) => path === "docs/development-host.md" && language === "json"
  },
  {
    by: "checks/src/release/main.ts",
    how: "installs the package from its tarball, and runs its quick start",
    covers: isQuickStart
  },
  {
    by: "checks/test/readme.e2e.test.ts",
    how: "checks the types, runs what needs no database, builds the component",
    covers: ({ language }, { path }) => (path === "README.md" || path === partsOfAnExtension) && language === "ts"
  },
  {
    by: commandsTest,
    how: "runs the commands in a fresh copy of the workspace",
    covers: (block, page) => block.language === "sh" && !isGuide(page.path) && !isQuickStart(block, page)
  },
  {
    by: "checks/test/citus.integration.test.ts",
    how: "runs it on a PostgreSQL where stand-ins for Citus's functions look whether tables and columns are there",
    covers: ({ language }, { path }) => path === "docs/citus.md" && language === "sql"
  }
]

/** The blocks of pages that a test has to prove. */
export const blocksFor = (by: string, pages: ReadonlyArray<Page>, ...languages: ReadonlyArray<string>) =>
  pages.flatMap((page) =>
    blocksOf(page).filter(
      (block) =>
        languages.includes(block.language) && proofs.some((proof) => proof.by === by && proof.covers(block, page))
    )
  )

/** The languages of blocks that nobody types: output, and pictures. */
const shown: ReadonlySet<string> = new Set(["text", "mermaid"])

/** The blocks of code on pages that nothing proves. */
export const unproved = (pages: ReadonlyArray<Page>): ReadonlyArray<Block> =>
  pages.flatMap((page) =>
    blocksOf(page).filter((block) => !shown.has(block.language) && !proofs.some(({ covers }) => covers(block, page)))
  )
