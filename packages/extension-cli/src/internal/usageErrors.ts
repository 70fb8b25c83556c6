import { plainLine } from "@alga-psa/ext-extension-build/PlainLine"
import { Console, Effect } from "effect"
import { CliOutput } from "effect/cli"

/** An error of a command's usage in one line: blank lines and indents are for a terminal alone. */
const oneLine = (text: string): string =>
  plainLine(text.trim().replace(/\s+/g, " ").replace(" Did you mean this?", ": did you mean"))

/** Says what is wrong with a command's usage in a line each, and where its help is, in place of all of that. */
export const layerUsageErrors = CliOutput.layerPresenter({
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Effect.forEach(
          [...event.errors.map(({ message }) => oneLine(message)), `see ${event.commandPath.join(" ")} --help`],
          (line) => Console.error(`alga-ext: ${line}`),
          { discard: true }
        )
      : CliOutput.defaultPresenter.present(event)
})
