import { resolve } from "node:path"
import { bytesText } from "@alga-psa/ext-extension-build/BytesText"
import { plainJson, plainLine } from "@alga-psa/ext-extension-build/PlainLine"
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { extensionFlags } from "../internal/extensionFlags.ts"
import { buildBy } from "../internal/runBuild.ts"
import { sayFindings } from "../internal/sayFindings.ts"

const mostPackages = 10

/** What an author should know of a time and a seed that come with a request. */
const kept = "this runner sends; on one that does not, it throws, or a caller's header can set it"

/** `check`: everything that can be found in an extension before it runs, in one list. */
export const check = Command.make(
  "check",
  extensionFlags,
  Effect.fnUntraced(function* (flags) {
    const folder = resolve(flags.folder)
    const built = yield* buildBy(flags).pipe(
      Effect.tapError((error) =>
        error._tag !== "ExtensionInvalid"
          ? Effect.void
          : flags.json
            ? Console.log(
                plainJson({ findings: [...error.problems, ...error.notes], componentBytes: null, sizes: [], needs: [] })
              )
            : sayFindings(folder, [...error.notes, ...error.problems])
      )
    )
    const { componentSize, findings, needs, sizes } = built
    if (flags.json) return yield* Console.log(plainJson({ findings, componentBytes: componentSize, sizes, needs }))
    yield* sayFindings(folder, findings)
    yield* Console.log(
      [
        `${built.manifest.name} ${built.manifest.version}: nothing is wrong`,
        ...needs.map(({ at, what }) => `  needs the ${what} of the request (${at}), which ${kept}`),
        `  component ${bytesText(componentSize)}, script by package:`,
        ...sizes.slice(0, mostPackages).map(({ bytes, name }) => `    ${name}  ${bytesText(bytes)}`)
      ]
        .map(plainLine)
        .join("\n")
    )
  })
).pipe(
  Command.withDescription(
    "Find what is wrong before it runs: types, names that no engine has, calls while a module loads, capabilities, manifest, page, size"
  ),
  Command.withExamples([
    { command: "alga-ext check", description: "The extension in the current folder" },
    { command: "alga-ext check --json", description: "The same for a program, with file, line and column" }
  ])
)
