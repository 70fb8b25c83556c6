/** The one type of a field, and what it is. A text or a number may be null where nobody or nothing is named. */
type Field = readonly [type: "text" | "number" | "boolean", is: string]

/** Every field of a log line beside `timestamp`, `level`, `message`, `cause`, `fiberId` and `spans`: those in `annotations`. */
export const logFields = {
  requestId: [
    "text",
    "the caller's request id, or the one that it was given; a kept trigger's attempts have that of its caller"
  ],
  traceId: ["text", "the trace that the line belongs to"],
  tenant: ["text", "whose execution it is"],
  extension: ["text", "of which extension, by its registry id"],
  install: ["text", "of which install"],
  version: ["text", "the installed version, by its id"],
  contentHash: ["text", "the bundle, by its SHA-256"],
  component: ["text", "the component that ran, by its SHA-256"],
  user: ["text", "for which user, by id"],
  trigger: ["text", "what started the execution: `schedule`, `webhook` or another word of the caller"],
  triggerId: ["text", "the kept trigger that is accepted, tried or ended"],
  attempt: ["number", "which attempt of a kept trigger it is, from 1"],
  state: ["text", "what became of a kept trigger: `done`, `waiting`, `dead` or `expired`"],
  source: [
    "text",
    "`extension` if the message is an extension's own; otherwise, for a call outside an execution, where it came from"
  ],
  time: ["text", "when a host call ended, as in its access record"],
  operation: ["text", "the host call, such as `clients.list`, or the statement of the host"],
  capability: ["text", "the capability that the host call needs"],
  outcome: ["text", "how an execution or a host call ended"],
  durationMs: ["number", "how long it took, in milliseconds"],
  records: ["number", "access records that could not be written"],
  lines: ["number", "log lines that could not be written"],
  resultCount: ["number", "records that were found or written"],
  missing: ["text", "the capability or permission that is missing"],
  why: ["text", "why a call was denied, or what rule its input breaks"],
  field: ["text", "which input breaks a rule"],
  error: ["text", "what the caller was told, or why an attempt failed"],
  replayed: ["boolean", "whether the answer was kept under an idempotency key"],
  names: ["text", "unknown capabilities"],
  from: ["text", "where they are named: `manifest` or `providers`"],
  address: ["text", "where the runner listens"],
  status: ["text", "`ready`, `degraded` or `not-ready`, as `/readyz` says"],
  database: ["text", "the setting that names a database"],
  server: ["text", "the host and port that a database was reached at"],
  login: ["text", "the login at a database"],
  tls: ["text", "the protocol of its encryption, or `off`"],
  sslmode: ["text", "the mode that was asked for"],
  confinement: ["text", "how each sandbox process is restricted, or `none`"],
  tokens: ["number", "service tokens that are valid now"],
  working: ["number", "executions that are under way as the runner stops"],
  receiver: ["text", "an OTLP receiver, without the path of its URL"],
  signal: ["text", "what it is sent: `traces`, `metrics` or `logs`, with spaces between them"],
  fault: ["text", "why something cannot be reached"],
  joined: ["text", "runners of the cluster that are there now, with spaces between them"],
  left: ["text", "runners of the cluster that are not there any more, with spaces between them"],
  runners: ["number", "runners of the cluster that this one hands requests to, itself included"],
  shards: ["number", "shards whose locks the runner holds"],
  library: ["text", "what a library of the runner adds to its own lines, such as its module"]
} as const satisfies Readonly<Record<string, Field>>
