import { Console, Effect, Stream, SubscriptionRef } from "effect"
import { Command, Flag } from "effect/cli"
import { extensionFlags } from "../internal/extensionFlags.ts"
import { openBrowser } from "./OpenBrowser.ts"
import { buildLines, executionLines } from "./Terminal.ts"

// Not the development host's own: the other commands run where it is not installed.
const lastPort = 65_535

const port = Flag.Int("port").pipe(
  Flag.withDefault(8790),
  Flag.filter(
    (given) => given >= 0 && given < lastPort,
    (given) => `${given} must be 0 to ${lastPort - 1}: the port above is used too`
  ),
  Flag.withDescription("Port on the loopback address, and the one above it. Default: 8790; 0 takes any free ones")
)

const open = Flag.Boolean("open").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Open the page in the browser: the program in BROWSER, else the system's")
)

const printed = (lines: ReadonlyArray<string>): Effect.Effect<void> =>
  lines.length === 0 ? Effect.void : Console.log(lines.join("\n"))

/** `dev`: an extension on a host of its own, built again at every save, until it is told to stop. */
export const dev = Command.make(
  "dev",
  { folder: extensionFlags.folder, entry: extensionFlags.entry, noTypecheck: extensionFlags.noTypecheck, port, open },
  Effect.fnUntraced(function* ({ entry, folder, noTypecheck, open: opens, port: at }) {
    // The database, the sandbox and the toolchain are loaded here, and not by the other commands.
    const { serveDev } = yield* Effect.promise(() => import("./DevServer.ts"))
    const { bench, url } = yield* serveDev({
      folder,
      entry: entry === "src/component.ts" ? undefined : entry,
      port: at,
      types: !noTypecheck,
      ended: (record) => Effect.runFork(printed(executionLines(record)))
    })
    yield* Console.log(
      [
        `Open ${url}`,
        "It listens on 127.0.0.1, for every user of this computer, and answers no other host name or site; its panel shows what production hides.",
        "Ctrl-C ends it."
      ].join("\n")
    )
    if (opens && !(yield* openBrowser(url)))
      yield* Console.log("No browser could be started: open the address yourself.")
    yield* SubscriptionRef.changes(bench).pipe(
      Stream.changesWith((one, other) => one.build === other.build),
      Stream.runForEach((state) => printed(buildLines(state)))
    )
  }, Effect.scoped)
).pipe(
  Command.withDescription("Try an extension in a browser on a host of its own, built again at every save"),
  Command.withExamples([
    { command: "alga-ext dev", description: "The extension in the current folder" },
    { command: "alga-ext dev --open", description: "The same, and the browser shows it" }
  ])
)
