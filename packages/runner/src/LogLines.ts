import { Effect, Layer, Logger } from "effect"

/** How long a line waits for others to be written with, in milliseconds. */
export const gatheredMs = 10

/** How many characters are written at once, at the latest. */
export const gatheredCharacters = 65_536

/**
 * Logs JSON lines, several at a time: a write for each line costs a busy runner a third of its main thread where system
 * calls are dear. What waits is written when the layer's scope closes or the process exits, by an uncaught error too. Only a
 * process that is killed loses the lines of its last {@link gatheredMs}.
 */
export const layer = (write: (lines: string) => void): Layer.Layer<never> =>
  Layer.unwrap(
    Effect.acquireRelease(
      Effect.sync(() => {
        let waiting = ""
        let timer: NodeJS.Timeout | undefined
        const flush = () => {
          clearTimeout(timer)
          timer = undefined
          const lines = waiting
          waiting = ""
          if (lines !== "") write(lines)
        }
        const logger = Logger.map(Logger.formatJson, (line) => {
          waiting += `${line}\n`
          if (waiting.length >= gatheredCharacters) flush()
          else timer ??= setTimeout(flush, gatheredMs)
        })
        process.on("exit", flush)
        return { flush, logger }
      }),
      ({ flush }) =>
        Effect.sync(() => {
          flush()
          process.off("exit", flush)
        })
    ).pipe(Effect.map(({ logger }) => Logger.layer([logger])))
  )

/** Log lines on standard output. */
export const layerStandardOutput: Layer.Layer<never> = layer((lines) => void process.stdout.write(lines))
