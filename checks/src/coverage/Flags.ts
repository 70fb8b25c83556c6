/**
 * What Vitest is asked for beside its configuration. Programs that tests start are counted with the tests: Node writes down
 * what each of them ran. They run the sources as Node strips them of types, and so must the tests, or one statement would
 * have two places that no sum can match.
 */
export const coverageFlags: ReadonlyArray<string> = [
  "--coverage.enabled",
  "--coverage.autoAttachSubprocess",
  "--experimental.viteModuleRunner=false"
]

/** Counts only the packages whose tests are run, where some are named, as in `packages/domain/test/words.test.ts`. */
export const includeFlags = (named: ReadonlyArray<string>): ReadonlyArray<string> => {
  const folders = new Set(named.flatMap((argument) => /^packages\/[\w-]+/.exec(argument) ?? []))
  return Array.from(folders, (folder) => `--coverage.include=${folder}/src/**/*.ts`)
}
