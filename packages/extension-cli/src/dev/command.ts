import { plainLine } from "@alga-psa/ext-extension-build/PlainLine"
import { Console, Effect, Option, Stream, SubscriptionRef } from "effect"
import { Command, Flag } from "effect/cli"
import { UsageWrong } from "../ExitCode.ts"
import { extensionFlags } from "../internal/extensionFlags.ts"
import { openBrowser } from "./OpenBrowser.ts"
import { buildLines, executionLines } from "./Terminal.ts"
import { viewerNames } from "./ViewerName.ts"

// Not the development host's own: the other commands run where it is not installed.
const lastPort = 65_535
// Not the host's own either: loading it takes as long as all of the help. A test compares them.
const productionMs = 25_000

/** A whole number from the least to the most, which are part of it. */
const whole = (name: string, least: number, most: number, why = "") =>
  Flag.Int(name).pipe(
    Flag.filter(
      (given) => given >= least && given <= most,
      (given) => `${given} must be ${least} to ${most}${why}`
    )
  )

const port = whole("port", 0, lastPort - 1, ": the port above is used too").pipe(
  Flag.withDefault(8790),
  Flag.withDescription(
    "Port on the loopback address; the page uses the next one. Default: 8790; 0 takes any free ports"
  )
)

const open = Flag.Boolean("open").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Open the page in the browser: the program in BROWSER, else the system's")
)

const viewer = Flag.Literals("as", viewerNames).pipe(
  Flag.withDefault("admin"),
  Flag.withDescription("Who looks at first; the panel changes it. Default: admin")
)

const timeout = whole("timeout", 1, productionMs).pipe(
  Flag.optional,
  Flag.withDescription(`Milliseconds that a request may take. Default: ${productionMs}, as in production`)
)

const data = Flag.String("data").pipe(
  Flag.optional,
  Flag.withDescription('A JSON file of {"clients": […], "services": […]} in place of the made-up ones')
)

const size = whole("size", 0, 50_000).pipe(
  Flag.optional,
  Flag.withDescription("How many clients and services to generate, such as 0 or 20000")
)

const inNode = Flag.Boolean("node").pipe(
  Flag.withDefault(false),
  Flag.withDescription(
    "Run the handler in Node instead of the sandbox, with everything that Node may do; the panel compares both"
  )
)

const inspect = Flag.Boolean("inspect").pipe(
  Flag.withDefault(false),
  Flag.withDescription("With --node: let a debugger attach, through Node's own inspector")
)

const inspectPort = whole("inspect-port", 0, lastPort).pipe(
  Flag.withDefault(9_229),
  Flag.withDescription("Port of the inspector on the loopback address. Default: 9229; 0 takes any free port")
)

/** The rows of the database, where others than the seed's are asked for. */
const rowsOf = Effect.fnUntraced(function* (file: string | undefined, records: number | undefined) {
  if (file === undefined && records === undefined) return undefined
  if (file !== undefined && records !== undefined) {
    return yield* new UsageWrong({ message: "give --data or --size, not both" })
  }
  const { datasetOf, readDataFile, sizedData } = yield* Effect.promise(() => import("./DevData.ts"))
  return datasetOf(file === undefined ? sizedData(records ?? 0) : yield* readDataFile(file))
})

const printed = (lines: ReadonlyArray<string>): Effect.Effect<void> =>
  lines.length === 0 ? Effect.void : Console.log(lines.join("\n"))

/** `dev`: an extension on a host of its own, built again at every save, until it is told to stop. */
export const dev = Command.make(
  "dev",
  {
    folder: extensionFlags.folder,
    entry: extensionFlags.entry,
    noTypecheck: extensionFlags.noTypecheck,
    port,
    open,
    as: viewer,
    data,
    size,
    timeout,
    node: inNode,
    inspect,
    inspectPort
  },
  Effect.fnUntraced(function* (flags) {
    const { as, data, entry, folder, inspect, inspectPort, node, open: opens, port: at, size, timeout } = flags
    if (inspect && !node)
      return yield* new UsageWrong({ message: "--inspect goes with --node: a component has no inspector" })
    const rows = yield* rowsOf(Option.getOrUndefined(data), Option.getOrUndefined(size))
    // The database, the sandbox and the toolchain are loaded here, and not by the other commands.
    const { serveDev } = yield* Effect.promise(() => import("./DevServer.ts"))
    const { bench, url } = yield* serveDev({
      folder,
      entry: entry === "src/component.ts" ? undefined : entry,
      port: at,
      types: !flags.noTypecheck,
      viewer: as,
      rows,
      timeoutMs: Option.getOrUndefined(timeout),
      node: node
        ? {
            inspectPort: inspect ? inspectPort : null,
            onInspector: (address) => Effect.runFork(Console.log(plainLine(`A debugger can attach to ${address}`))),
            onNoInspector: (why) => Effect.runFork(Console.log(plainLine(why)))
          }
        : null,
      ended: (record) => Effect.runFork(printed(executionLines(record)))
    })
    yield* Console.log(
      [
        `Open ${url}`,
        "It listens on 127.0.0.1, for every user of this computer, and answers no other host name or site. Its panel shows what production hides.",
        ...(node ? ["The handler runs in Node, without a sandbox: it may do what you may."] : []),
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
  Command.withDescription("Try an extension in a browser, on a host of its own; every save builds it again"),
  Command.withExamples([
    { command: "alga-ext dev", description: "The extension in the current folder" },
    { command: "alga-ext dev --open", description: "The same, and open the browser" },
    { command: "alga-ext dev --as portal --size 20000", description: "As a portal user of a tenant with much data" },
    {
      command: "alga-ext dev --data clients.json --timeout 2000",
      description: "With your own data, and 2 s a request"
    },
    { command: "alga-ext dev --node --inspect", description: "In Node, for breakpoints" }
  ])
)
