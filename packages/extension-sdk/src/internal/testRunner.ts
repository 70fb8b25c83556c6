/** What a test runner offers a test file, as far as it is needed here. */
export interface TestRunner {
  readonly test: (title: string, run: () => Promise<void>) => unknown
  /** Runs after all tests of the file. */
  readonly afterAll: (run: () => Promise<void>) => unknown
}

const loaded = async (name: string): Promise<Readonly<Record<string, unknown>>> => import(name)

/** The runner of this file: the one of Node where that runs it, or none does; else vitest. */
export const testRunner = async (): Promise<TestRunner> => {
  const { NODE_TEST_CONTEXT: ofNode, VITEST: ofVitest } = Reflect.get(globalThis, "process")?.env ?? {}
  const isVitest = ofNode === undefined && ofVitest !== undefined
  const { after, afterAll, test } = await loaded(isVitest ? "vitest" : "node:test")
  return { test, afterAll: afterAll ?? after } as TestRunner
}
