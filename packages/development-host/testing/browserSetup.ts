import type { TestProject } from "vitest/node"
import { startBrowser } from "./BrowserServer.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** Where the browser of this run listens. */
    readonly browser: string
  }
}

/** One browser for all files of a run. */
export default async (project: TestProject) => {
  const server = await startBrowser()
  project.provide("browser", server.wsEndpoint())
  return () => server.close()
}
