import type { ExecutionRecord } from "./ExecutionRecord.ts"

/** One thing that is wrong with the extension. */
export interface BuildProblem {
  readonly where: string
  readonly message: string
}

/** Who can look at the page. */
export type ViewerName = "admin" | "without-permission" | "portal" | "nobody"

/** How the last build went. */
export type BuildState =
  | { readonly status: "building" }
  | {
      readonly status: "ready"
      /** From the change to the extension being ready to answer, in milliseconds. */
      readonly milliseconds: number
      /** What the author should know and may ignore, one line each. */
      readonly notes: ReadonlyArray<string>
    }
  | { readonly status: "failed"; readonly problems: ReadonlyArray<BuildProblem> }

/** What the panel shows. It goes to the browser as JSON. */
export interface Bench {
  /** The extension's name, as its manifest says. */
  readonly name: string
  readonly viewer: ViewerName
  readonly viewers: ReadonlyArray<{ readonly name: ViewerName; readonly label: string }>
  /** What the manifest declares, and whether the install grants it. */
  readonly capabilities: ReadonlyArray<{ readonly name: string; readonly granted: boolean }>
  readonly build: BuildState
  /** Changes whenever the page has to be loaded again. */
  readonly revision: number
  /** The last one first. */
  readonly executions: ReadonlyArray<ExecutionRecord>
}
