import type { ViewerName } from "./ViewerName.ts"

/** What came of a request that the panel sent. */
export interface SentAnswer {
  /** The execution's id. */
  readonly id: string
  /** Null where there is none. */
  readonly answer: AnswerRecord | null
  /** Why there is none; null where there is one. */
  readonly error: string | null
}

/** What a request comes to in Node and in the sandbox. */
export interface Comparison {
  readonly node: SentAnswer
  readonly sandbox: SentAnswer
  /** Whether status, headers and body are the same. */
  readonly same: boolean
}

/** What came of keeping an execution as a test. */
export interface KeptTest {
  /** The recording, relative to the extension's folder; null where there is none. */
  readonly file: string | null
  /** Why there is none; null where there is one. */
  readonly error: string | null
}

/** A host call, as an author wants to see it. */
export interface CallRecord {
  /** As the author writes it, such as `host.clients.all`. */
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

/** What was sent to the handler, as far as it can be sent again from a command line. */
export interface SentRecord {
  readonly method: string
  /** Path and query; null where it is too long to be shown. */
  readonly target: string | null
  /** The content type. */
  readonly type: string | null
  /** The body as text; null where it is no text, or too long to be shown. */
  readonly body: string | null
  readonly bytes: number
}

/** What the handler answered. */
export interface AnswerRecord {
  readonly status: number
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  /** The body as text, cut off where it is long; null where it is no text. */
  readonly body: string | null
  /** Whether `body` is all of it. */
  readonly whole: boolean
  readonly bytes: number
}

/** One execution of the extension. */
export interface ExecutionRecord {
  readonly id: string
  readonly request: string
  /** Who looked. */
  readonly viewer: string
  readonly viewerName: ViewerName
  readonly sent: SentRecord
  /** Null while it runs, and where there is none. */
  readonly answer: AnswerRecord | null
  /** Why there is no answer: what a caller would be told, and below it what only the author is. */
  readonly error: string | null
  readonly milliseconds: number | null
  readonly calls: ReadonlyArray<CallRecord>
  readonly logs: ReadonlyArray<LogRecord>
  readonly limits: ReadonlyArray<LimitUse>
}
