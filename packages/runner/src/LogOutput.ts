import { outputIsLog } from "@alga-psa/ext-adapters-wit/ProgramEnd"
import { Context, Effect, type Layer, Logger, Metric } from "effect"
import { jsonLine, lostLines } from "./LogLine.ts"

/** What takes text, such as standard output, and says when it has taken it. */
export interface Taker {
  readonly write: (text: string, taken: () => void) => unknown
}

/** How lines wait. */
export interface LogOutputOptions {
  /** Most characters that wait. What is over that goes, the oldest line first. */
  readonly mostWaiting: number
  /** How long the first line of a batch waits for others, in milliseconds. */
  readonly batchMs: number
}

/** 4 Mi characters are about 7,000 lines. */
const usual: LogOutputOptions = { mostWaiting: 4_194_304, batchMs: 10 }

/** Takes lines for an output that may be slow. */
export interface LogOutput {
  /** Takes a line and never waits. Gives how many lines are lost for it. */
  readonly add: (line: string) => number
  /** Hands all over that waits. What is added from now on is handed over at once. */
  readonly end: () => void
}

/**
 * Hands lines over in batches and in their order. There is one batch on its way; what comes meanwhile waits for the next, in
 * bounded memory. Lines that were lost are told, by one line, where they would have been.
 */
export const makeLogOutput = (taker: Taker, options: Partial<LogOutputOptions> = {}): LogOutput => {
  const { batchMs, mostWaiting } = { ...usual, ...options }
  let lines: Array<string> = []
  /** Of the lines, those before it are lost. */
  let first = 0
  let waiting = 0
  let lost = 0
  let onItsWay = false
  let ended = false
  let timer: NodeJS.Timeout | null = null

  const handOver = (): void => {
    timer = null
    if (first === lines.length) return
    const batch = lines.slice(first)
    if (lost > 0) batch.unshift(lostLines(lost))
    lines = []
    first = 0
    waiting = 0
    lost = 0
    onItsWay = true
    taker.write(`${batch.join("\n")}\n`, () => {
      onItsWay = false
      handOver()
    })
  }

  const drop = (): number => {
    const before = lost
    while (waiting > mostWaiting && first < lines.length - 1) {
      waiting -= lines[first]?.length ?? 0
      first += 1
      lost += 1
    }
    if (first > lines.length / 2) {
      lines = lines.slice(first)
      first = 0
    }
    return lost - before
  }

  return {
    add: (line) => {
      lines.push(line)
      waiting += line.length
      if (ended) handOver()
      else if (!onItsWay) timer ??= setTimeout(handOver, batchMs)
      return drop()
    },
    end: () => {
      ended = true
      if (timer !== null) clearTimeout(timer)
      handOver()
    }
  }
}

const lostInAll = Metric.counter("alga_extension_log_lines_lost_total", {
  description: "Log lines that were not written, as standard output was not read in time",
  incremental: true
})

/** What takes log lines. Default: standard output. Where nobody reads that any more, lines go nowhere. */
export const LogTaker = Context.Reference<Taker>("@alga-psa/ext-runner/LogTaker", {
  defaultValue: () => {
    outputIsLog()
    process.stdout.on("error", () => {})
    return process.stdout
  }
})

/**
 * Writes each log line to its taker, in batches. A reader that is slow, or does not read at all, holds up nothing. All that
 * waits is handed over when the layer's scope closes, and when the program ends in any other way that runs its `exit` listeners.
 */
export const layer: Layer.Layer<never> = Logger.layer([
  Effect.gen(function* () {
    yield* Metric.value(lostInAll)
    const taker = yield* LogTaker
    const output = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const made = makeLogOutput(taker)
        process.once("exit", made.end)
        return made
      }),
      ({ end }) =>
        Effect.sync(() => {
          process.off("exit", end)
          end()
        })
    )
    return Logger.make<unknown, void>((given) => {
      const lost = output.add(jsonLine.log(given))
      if (lost > 0) lostInAll.updateUnsafe(lost, given.fiber.context)
    })
  })
])
