import { Effect, Exit, Scope } from "effect"
import type { TestProject } from "vitest/node"
import { chosenServer } from "../testing/ChosenServer.ts"
import type {} from "../testing/TestDatabase.ts"

export default async (project: TestProject) => {
  const scope = Scope.makeUnsafe()
  const close = Scope.close(scope, Exit.void)
  const server = await Effect.runPromise(Effect.tapError(Scope.provide(chosenServer, scope), () => close))
  console.log(`PostgreSQL for the integration tests: ${server.description}`)
  project.provide("postgres", server)
  return () => Effect.runPromise(close)
}
