import { afterAll, vi } from "vitest"
import { notGivenBack, sharedState } from "./SharedState.ts"

// This runs before each test file is loaded, and what it has said last of a file comes last.
const before = sharedState()

afterAll(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  const left = notGivenBack(before, sharedState())
  if (left.length > 0) {
    throw new Error(`the tests of this file leave something to the files after it: ${left.join("; ")}`)
  }
})
