/** A host call, as an author wants to see it. */
export interface CallRecord {
  /** Interface and function, such as `clients.listClients`. */
  readonly operation: string
  /** Its arguments as JSON, cut off where they are long. */
  readonly args: string
  /** `ok`, or the error that the extension was given. */
  readonly outcome: string
  /** Why, and what to do about it; null where the outcome says it all. */
  readonly why: string | null
  /** How many records came back; null where that means nothing. */
  readonly rows: number | null
  readonly milliseconds: number
}

/** A log line of the extension. Places in stacks are those of the sources. */
export interface LogRecord {
  readonly level: "info" | "warn" | "error"
  readonly text: string
}

/** How much of a limit an execution used. */
export interface LimitUse {
  /** The limit's name, such as `hostCalls`. */
  readonly name: string
  readonly used: number
  readonly limit: number
  readonly unit: string
}

/** One execution of the extension. */
export interface ExecutionRecord {
  readonly id: string
  readonly request: string
  /** Who looked. */
  readonly viewer: string
  /** The handler's status, or null while it runs, and where it gave none. */
  readonly status: number | null
  /** Why there is no answer: what a caller would be told, and below it what only the author is. */
  readonly error: string | null
  readonly milliseconds: number | null
  readonly calls: ReadonlyArray<CallRecord>
  readonly logs: ReadonlyArray<LogRecord>
  readonly limits: ReadonlyArray<LimitUse>
}
