import { foreignJson, foreignText } from "@alga-psa/ext-adapters-wit/ForeignText"
import { outputTaken } from "@alga-psa/ext-adapters-wit/ProgramEnd"
import { Console, Effect, Stream } from "effect"
import { table } from "../Table.ts"

/** Prints rows as a table of the given columns, or as JSON, one whole object a line. */
export const print = <Row extends object>(
  rows: ReadonlyArray<Row>,
  columns: Readonly<Record<string, (row: Row) => string>>,
  asJson: boolean
): Effect.Effect<void> => {
  if (asJson) return Effect.forEach(rows, (row) => Console.log(foreignJson(row)), { discard: true })
  const cells = rows.map((row) => Object.values(columns).map((cell) => cell(row)))
  return Console.log(table(Object.keys(columns), cells, process.stdout.columns ?? 240))
}

const pageLength = 200
const longestLine = 2_000

/** As {@link print}, of any number of rows: a table for every 200 of them, with lines below it. Gives how many they were. */
export const printPages = <Row extends object, E, R>(
  rows: Stream.Stream<Row, E, R>,
  columns: Readonly<Record<string, (row: Row) => string>>,
  asJson: boolean,
  below: (row: Row) => ReadonlyArray<string> = () => []
): Effect.Effect<number, E, R> =>
  rows.pipe(
    Stream.grouped(pageLength),
    Stream.mapEffect((page) => {
      const lines = asJson ? [] : page.flatMap(below).map((line) => foreignText(line, longestLine))
      return print(page, columns, asJson).pipe(
        Effect.andThen(Effect.forEach(lines, (line) => Console.log(line), { discard: true })),
        Effect.andThen(outputTaken),
        Effect.as(page.length)
      )
    }),
    Stream.runFold(
      () => 0,
      (count, more) => count + more
    )
  )

/** Bytes as a person reads them. */
export const size = (bytes: number | null): string => {
  if (bytes === null) return "-"
  const units = ["B", "kB", "MB", "GB", "TB"]
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** power
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`
}
