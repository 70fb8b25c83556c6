import type { ExecutionRecord } from "./ExecutionRecord.ts"
import type { ViewerName } from "./ViewerName.ts"

/** One thing that is wrong with the extension. */
export interface BuildProblem {
  readonly where: string
  readonly message: string
}

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

/** An endpoint that the manifest declares. */
export interface BenchEndpoint {
  readonly method: string
  /** With its parameters as they are declared, such as `/api/clients/:id`. */
  readonly path: string
}

/** A capability that the manifest declares. */
export interface BenchCapability {
  readonly name: string
  /** Whether the install grants it. */
  readonly granted: boolean
  /** What is behind it in this host, where that is nothing yet; null where there is something. */
  readonly note: string | null
}

/** A stored value. */
export interface StoredRecord {
  readonly namespace: string
  readonly key: string
  readonly revision: number
  readonly bytes: number
  /** All of it as text; null where it is no text, or too long to be shown. */
  readonly text: string | null
}

/** A schedule of the extension. */
export interface ScheduleRecord {
  readonly id: string
  /** Method and path. */
  readonly endpoint: string
  readonly name: string | null
  readonly cron: string
  readonly timezone: string
  readonly enabled: boolean
  /** How the last run went, and when; null before the first. */
  readonly lastRun: string | null
}

/** A draft of an invoice. */
export interface DraftRecord {
  readonly number: string
  /** The client's id. */
  readonly client: string
  readonly items: number
  /** In minor units. */
  readonly total: number
}

/** What the extension left in the host around it. */
export interface BenchWorld {
  /** The first ones, by namespace and key. */
  readonly stored: ReadonlyArray<StoredRecord>
  /** How many more are stored. */
  readonly storedMore: number
  readonly schedules: ReadonlyArray<ScheduleRecord>
  /** The last one first. */
  readonly drafts: ReadonlyArray<DraftRecord>
}

/** Kinds of records that the panel shows and changes. */
export const rowKinds = ["clients", "services"] as const
export type RowKind = (typeof rowKinds)[number]

/** A record of the tenant, by the fields that an extension reads. */
export interface DataRow {
  readonly id: string
  readonly fields: Readonly<Record<string, string | number | boolean | null>>
}

/** Some records of a kind, by name. */
export interface DataPage {
  readonly rows: ReadonlyArray<DataRow>
  /** How many a search finds. */
  readonly total: number
  /** Whether any record was changed since the start. */
  readonly changed: boolean
}

/** What came of a change to a record. */
export interface DataSaved {
  /** Null where nothing was saved. */
  readonly id: string | null
  /** The rule that it breaks; null where it breaks none. */
  readonly error: string | null
}

/** What the panel shows. It goes to the browser as JSON. */
export interface Bench {
  /** The extension's name, as its manifest says. */
  readonly name: string
  readonly viewer: ViewerName
  readonly viewers: ReadonlyArray<{ readonly name: ViewerName; readonly label: string }>
  readonly capabilities: ReadonlyArray<BenchCapability>
  readonly endpoints: ReadonlyArray<BenchEndpoint>
  readonly world: BenchWorld
  readonly build: BuildState
  /** Whether the handler runs in Node, and not in the sandbox. */
  readonly inNode: boolean
  /** Changes whenever the page has to be loaded again; 0 before the first good build. */
  readonly revision: number
  /** The last one first. */
  readonly executions: ReadonlyArray<ExecutionRecord>
}
