/** What a test runner offers a test file, as far as it is needed here. */
export interface TestRunner {
  readonly test: (title: string, run: () => Promise<void>) => unknown
  /** Runs after all tests of the file. */
  readonly afterAll: (run: () => Promise<void>) => unknown
}

const loaded = async (name: string): Promise<Readonly<Record<string, unknown>>> => import(name)

/** The runner of this file: vitest where that runs it, else the one of Node. */
export const testRunner = async (): Promise<TestRunner> => {
  const isVitest = Reflect.get(globalThis, "process")?.env?.["VITEST"] !== undefined
  const { after, afterAll, test } = await loaded(isVitest ? "vitest" : "node:test")
  return { test, afterAll: afterAll ?? after } as TestRunner
}
