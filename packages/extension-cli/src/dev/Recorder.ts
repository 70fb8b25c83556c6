import {
  type HostCall,
  type HostImportsService,
  type HostReply,
  type Limits,
  MemoryUse,
  packageName
} from "@alga-psa/ext-adapters-wit"
import { Invocation } from "@alga-psa/ext-domain"
import type { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import type { ExecuteResponse } from "@alga-psa/ext-runner/ExecuteResponse"
import type { Execution } from "@alga-psa/ext-runner/Execution"
import type { RunnerError } from "@alga-psa/ext-runner/RunnerError"
import { type Context, Effect } from "effect"
import { failureAdvice } from "../internal/failureAdvice.ts"
import type { AnswerRecord, CallRecord, ExecutionRecord, LimitUse, LogRecord } from "./ExecutionRecord.ts"
import { noteReason } from "./internal/guardReason.ts"
import { withoutCredentials } from "./internal/hidden.ts"
import { answerRecord, sentRecord, targetOf } from "./internal/recordedAnswer.ts"
import type { Explain } from "./SourceStack.ts"
import { makeTape, type Tape } from "./Tape.ts"
import type { ViewerName } from "./ViewerName.ts"

/**
 * What is kept: executions, of each its calls and log lines, of these as much as has `jsonLetters` in JSON, and of one
 * text `textLetters`. All of it goes to the panel together: about a million letters at most.
 */
const kept = {
  executions: 30,
  calls: 200,
  logs: 200,
  jsonLetters: 32_000,
  textLetters: 600,
  stackLetters: 4_000
} as const

const mebibyte = 1_048_576

const cut = (text: string, most: number = kept.textLetters): string =>
  text.length > most ? `${text.slice(0, most)}…` : text

/** What an execution was asked and said, for as long as it is shown. */
interface Kept {
  readonly http: ExecuteRequest["http"]
  readonly tape: Tape
  response: ExecuteResponse | null
}

interface Running {
  record: ExecutionRecord
  /** Letters of its calls and log lines in JSON. */
  letters: number
  hostCalls: number
  largestCall: number
  logLines: number
  logBytes: number
  /** Null until it is known. */
  memoryBytes: number | null
}

/** What a recorder needs. */
export interface RecorderOptions {
  readonly limits: Limits
  /** Makes a text of the extension's readable for its author. */
  readonly explain: Explain
  /** Removes from a text what the panel must not show. */
  readonly hide: (text: string) => string
  /** How a call ended, and why; the reply is null for one that was interrupted. The reason is the guard's, where it refused the call. */
  readonly outcomeOf: (
    call: HostCall,
    reply: HostReply | null,
    reason: string | null
  ) => Pick<CallRecord, "outcome" | "why">
  /** For whom a request of this user runs. */
  readonly viewerOf: (user: string | undefined) => { readonly name: ViewerName; readonly label: string }
  /** A call as the author wrote it, and where, as far as that is known. */
  readonly nameOf: (call: HostCall) => { readonly name: string; readonly places: ReadonlyArray<string> }
  /** Hears of an execution that has ended. */
  readonly ended: (record: ExecutionRecord) => void
  /** Hears of every change. */
  readonly changed: (executions: ReadonlyArray<ExecutionRecord>) => void
}

const replacer = (_: string, value: unknown) =>
  typeof value === "bigint" ? `${value}n` : value instanceof Uint8Array ? `<${value.length} bytes>` : value

/** An absent option is null in the call, and is not shown. */
const givenOnly = (key: string, value: unknown) =>
  key !== "" && value === null ? undefined : withoutCredentials(replacer(key, value))

const written = (args: ReadonlyArray<unknown>): string => args.map((one) => JSON.stringify(one, givenOnly)).join(", ")

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value, replacer) ?? "")

const rowsOf = (reply: HostReply): number | null => {
  if (reply.type === "error") return null
  const { value } = reply
  if (Array.isArray(value)) return value.length
  if (typeof value === "object" && value !== null && "items" in value && Array.isArray(value.items)) {
    return value.items.length
  }
  return value === null ? 0 : typeof value === "object" ? 1 : null
}

/** The most memory that an execution had, where that is known, in tenths of a megabyte. */
const memoryUse = ({ memoryBytes }: Running, { memoryMb }: Limits): ReadonlyArray<LimitUse> =>
  memoryBytes === null
    ? []
    : [{ name: "memoryMb", used: Math.ceil((memoryBytes * 10) / mebibyte) / 10, limit: memoryMb, unit: "MB" }]

const levels: Readonly<Record<string, LogRecord["level"]>> = { logInfo: "info", logWarn: "warn", logError: "error" }

/** Why there is no answer, what to do about it, and what only the author is told. */
const failureOf = ({ cause, detail, message }: RunnerError): string =>
  [message, ...failureAdvice(detail.split(":")[0] ?? ""), ...(cause === undefined ? [] : [String(cause)])].join("\n")

/** Records what the extension does: its executions, the host calls of each, its log lines and the limits it used. */
export const makeRecorder = ({
  changed,
  ended,
  explain,
  hide,
  limits,
  nameOf,
  outcomeOf,
  viewerOf
}: RecorderOptions) => {
  let records: ReadonlyArray<ExecutionRecord> = []
  const running = new Map<string, Running>()
  const whole = new Map<string, Kept>()

  /** Forgets what no record is left of. */
  const forget = () => {
    const left = new Set(records.map(({ id }) => id))
    for (const id of whole.keys()) if (!left.has(id)) whole.delete(id)
  }

  const put = (record: ExecutionRecord) => {
    const known = records.some(({ id }) => id === record.id)
    records = known ? records.map((one) => (one.id === record.id ? record : one)) : [record, ...records]
    records = records.slice(0, kept.executions)
    forget()
    changed(records)
  }

  const uses = (one: Running, milliseconds: number, request: number, response: number): ReadonlyArray<LimitUse> => [
    { name: "timeoutMs", used: Math.round(milliseconds), limit: limits.timeoutMs, unit: "ms" },
    ...memoryUse(one, limits),
    { name: "hostCalls", used: one.hostCalls, limit: limits.hostCalls, unit: "calls" },
    { name: "hostCallBytes", used: one.largestCall, limit: limits.hostCallBytes, unit: "bytes" },
    { name: "logLines", used: one.logLines, limit: limits.logLines, unit: "lines" },
    { name: "logBytes", used: one.logBytes, limit: limits.logBytes, unit: "bytes" },
    { name: "requestBodyBytes", used: request, limit: limits.requestBodyBytes, unit: "bytes" },
    { name: "responseBodyBytes", used: response, limit: limits.responseBodyBytes, unit: "bytes" }
  ]

  /** Stacks are resolved in full, and shown cut. */
  const shortened = (text: string) => cut(hide(explain(cut(text, kept.stackLetters))), kept.stackLetters / 4)

  const reasonOf = (why: string | null, places: ReadonlyArray<string>): string | null => {
    const notes = [...(why === null ? [] : [why]), ...(places.length === 0 ? [] : [`called at ${places.join(" or ")}`])]
    return notes.length === 0 ? null : cut(hide(notes.join("; ")))
  }

  const fits = (one: Running, record: CallRecord | LogRecord): boolean => {
    one.letters += JSON.stringify(record).length
    return one.letters <= kept.jsonLetters
  }

  const noteLog = (one: Running, { args, function: name }: HostCall) => {
    const text = String(args[0] ?? "")
    one.logLines += 1
    one.logBytes += Buffer.byteLength(text)
    if (one.record.logs.length >= kept.logs || one.letters > kept.jsonLetters) return
    const line = { level: levels[name] ?? "info", text: shortened(text) }
    if (fits(one, line)) one.record = { ...one.record, logs: [...one.record.logs, line] }
  }

  const noteCall = (one: Running, call: HostCall, record: CallRecord, reply: HostReply | null) => {
    one.hostCalls += 1
    one.largestCall = Math.max(one.largestCall, bytesOf(call.args), reply === null ? 0 : bytesOf(reply.value))
    if (call.interface === `${packageName}/logging`) noteLog(one, call)
    else if (one.record.calls.length < kept.calls && fits(one, record)) {
      one.record = { ...one.record, calls: [...one.record.calls, record] }
    }
    put(one.record)
  }

  /** Stands around the host's imports. */
  const aroundImports = (imports: HostImportsService): HostImportsService => ({
    forExecution: (of) => {
      const answer = imports.forExecution(of)
      return (call) =>
        Effect.gen(function* () {
          const { requestId } = yield* Invocation
          const one = running.get(requestId ?? "")
          const started = performance.now()
          let reason: string | null = null
          const noted = noteReason(answer(call), (given) => {
            reason = given
          })
          return yield* Effect.onExit(noted, (exit) =>
            Effect.sync(() => {
              if (one === undefined) return
              const reply = exit._tag === "Success" ? exit.value : null
              const { outcome, why } = outcomeOf(call, reply, reason)
              const { name, places } = nameOf(call)
              const record = {
                operation: name,
                args: cut(hide(written(call.args))),
                outcome,
                why: outcome === "ok" ? null : reasonOf(why, places),
                rows: reply === null ? null : rowsOf(reply),
                milliseconds: performance.now() - started
              }
              noteCall(one, call, record, reply)
              if (reply !== null) whole.get(one.record.id)?.tape.note(call, reply)
            })
          )
        })
    }
  })

  /** Stands around executions. */
  const aroundExecution = (execution: Context.Service.Shape<typeof Execution>) => ({
    run: (request: ExecuteRequest, requestId: string) =>
      Effect.suspend(() => {
        const { http } = request
        const viewer = viewerOf(request.user?.user_id)
        const started = performance.now()
        const one: Running = {
          record: {
            id: requestId,
            request: cut(hide(`${http.method} ${targetOf(http)}`)),
            viewer: viewer.label,
            viewerName: viewer.name,
            sent: sentRecord(http, hide),
            answer: null,
            error: null,
            milliseconds: null,
            calls: [],
            logs: [],
            limits: []
          },
          letters: 0,
          hostCalls: 0,
          largestCall: 0,
          logLines: 0,
          logBytes: 0,
          memoryBytes: null
        }
        running.set(requestId, one)
        const own: Kept = { http, tape: makeTape(hide), response: null }
        whole.set(requestId, own)
        put(one.record)
        const end = (answer: AnswerRecord | null, error: string | null) =>
          Effect.sync(() => {
            running.delete(requestId)
            const milliseconds = performance.now() - started
            const used = uses(one, milliseconds, http.body_b64?.byteLength ?? 0, answer?.bytes ?? 0)
            const record = { ...one.record, answer, error, milliseconds, limits: used }
            put(record)
            ended(record)
          })
        const noteMemory = (bytes: number) => {
          if (bytes > 0) one.memoryBytes = bytes
        }
        return execution.run(request, requestId).pipe(
          Effect.provideService(MemoryUse, noteMemory),
          Effect.tap(({ response }) => {
            own.response = response
            return end(answerRecord(response, hide), null)
          }),
          Effect.tapError((error) => {
            // What it was refused would have gone beyond its limit.
            if (error.detail.startsWith("memory-limit: ")) noteMemory(limits.memoryMb * mebibyte)
            return end(null, cut(hide(explain(failureOf(error))), kept.stackLetters))
          }),
          Effect.onInterrupt(() => end(null, "given up"))
        )
      })
  })

  return {
    aroundImports,
    aroundExecution,
    /** The request of an execution that is shown; null of any other. */
    requestOf: (id: string) => whole.get(id)?.http ?? null,
    /** The recording of an execution that is shown; a sentence where there can be none, null of any other. */
    recordingOf: (id: string) => {
      const one = whole.get(id)
      return one === undefined ? null : one.tape.recording(one.http, one.response)
    },
    /** Removes everything that has ended. */
    clear: () => {
      records = records.filter(({ milliseconds }) => milliseconds === null)
      forget()
      changed(records)
    }
  }
}
