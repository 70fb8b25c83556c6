import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Reporter, TestModule, TestSpecification, Vitest } from "vitest/node"
import { root } from "../release/Packages.ts"
import { evidenceFor, problemsOf } from "./Evidence.ts"
import { page, pagePath } from "./Page.ts"
import type { Title } from "./Requirement.ts"
import { chapters } from "./Requirements.ts"
import { fileOf } from "./Titles.ts"

const titlesOf = (modules: ReadonlyArray<TestModule>): ReadonlyArray<Title> =>
  modules.flatMap((module) =>
    Array.from(module.children.allTests("passed"), ({ fullName }) => ({
      file: fileOf(module.moduleId),
      name: fullName
    }))
  )

/** Whether every test file was run, each of them whole. */
const wasWhole = (specifications: ReadonlyArray<TestSpecification>, all: ReadonlyArray<TestSpecification>): boolean =>
  specifications.length === all.length && specifications.every(({ testLines }) => testLines === undefined)

/**
 * Holds a run of all tests to the acceptance map: every requirement is proved by tests that passed, and the page says so.
 * A run of some tests is left alone.
 */
export class AcceptanceReporter implements Reporter {
  #all: () => Promise<ReadonlyArray<TestSpecification>> = async () => []
  #started: ReadonlyArray<TestSpecification> = []
  #filtered = false

  onInit(vitest: Vitest): void {
    this.#all = () => vitest.globTestSpecifications()
    this.#filtered = vitest.config.testNamePattern !== undefined || vitest.config.project.length > 0
  }

  onTestRunStart(specifications: ReadonlyArray<TestSpecification>): void {
    this.#started = specifications
  }

  async onTestRunEnd(modules: ReadonlyArray<TestModule>): Promise<void> {
    if (this.#filtered || !wasWhole(this.#started, await this.#all())) return
    const titles = titlesOf(modules)
    const problems = [...problemsOf(chapters, titles)]
    const written = await readFile(join(root, pagePath), "utf8").catch(() => "")
    if (problems.length === 0 && written !== page(evidenceFor(chapters, titles))) {
      problems.push(`${pagePath} is out of date: run \`npx --yes pnpm@12 acceptance\``)
    }
    if (problems.length === 0) return
    console.error(`\nThe acceptance map does not hold:\n${problems.join("\n")}`)
    process.exitCode = 1
  }
}
