import { plainLine } from "@alga-psa/ext-extension-build/PlainLine"
import { Console, Effect, Stream, SubscriptionRef } from "effect"
import { Command, Flag } from "effect/cli"
import { extensionFlags } from "../internal/extensionFlags.ts"
import type { Bench } from "./Bench.ts"

const port = Flag.Int("port").pipe(
  Flag.withDefault(8790),
  Flag.withDescription("Port on the loopback address, and the one above it. Default: 8790; 0 takes any free ones")
)

const said = ({ build }: Bench): string | null =>
  build.status === "building"
    ? null
    : build.status === "ready"
      ? `Ready in ${build.milliseconds} ms`
      : ["The build failed:", ...build.problems.map(({ message, where }) => plainLine(`  ${where}: ${message}`))].join(
          "\n"
        )

/** `dev`: an extension on a host of its own, built again at every save, until it is told to stop. */
export const dev = Command.make(
  "dev",
  { folder: extensionFlags.folder, entry: extensionFlags.entry, noTypecheck: extensionFlags.noTypecheck, port },
  Effect.fnUntraced(function* ({ entry, folder, noTypecheck, port: at }) {
    // The database, the sandbox and the toolchain are loaded here, and not by the other commands.
    const { serveDev } = yield* Effect.promise(() => import("./DevServer.ts"))
    const { bench, url } = yield* serveDev({
      folder,
      entry: entry === "src/component.ts" ? undefined : entry,
      port: at,
      types: !noTypecheck
    })
    yield* Console.log(
      [
        `Open ${url}`,
        "It listens on 127.0.0.1, for every user of this computer, and answers no other host name or site; its panel shows what production hides.",
        "Ctrl-C ends it."
      ].join("\n")
    )
    yield* SubscriptionRef.changes(bench).pipe(
      Stream.map((state) => ({ line: said(state), revision: state.revision })),
      Stream.filter(({ line }) => line !== null),
      Stream.changesWith((one, other) => one.line === other.line && one.revision === other.revision),
      Stream.runForEach(({ line }) => Console.log(line))
    )
  }, Effect.scoped)
).pipe(
  Command.withDescription("Try an extension in a browser on a host of its own, built again at every save"),
  Command.withExamples([{ command: "alga-ext dev", description: "The extension in the current folder" }])
)
