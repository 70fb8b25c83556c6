import { plainLine } from "@alga-psa/ext-extension-build/PlainLine"
import { ExtensionRefused, newExtension, nextSteps, readsIn } from "create-alga-extension"
import { Console, Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { UsageWrong } from "../ExitCode.ts"

/** `new`: starts an extension from the templates of `create-alga-extension`. */
export const start = Command.make(
  "new",
  {
    name: Argument.String("name").pipe(
      Argument.withDescription("The folder to make, which is also the last part of the extension's name")
    ),
    page: Flag.Boolean("page").pipe(
      Flag.withDefault(false),
      Flag.withDescription("With a page, which people see in Alga. Default: no page")
    ),
    reads: Flag.String("reads").pipe(
      Flag.withDefault("clients"),
      Flag.withDescription("What it reads: clients, services or clients,services. Default: clients")
    ),
    publisher: Flag.String("publisher").pipe(
      Flag.withDefault("Example"),
      Flag.withDescription("Who publishes it. Default: Example")
    ),
    domain: Flag.String("domain").pipe(
      Flag.withDefault("com.example"),
      Flag.withDescription("Your domain in reverse, the first part of the extension's name. Default: com.example")
    )
  },
  (flags) =>
    Effect.gen(function* () {
      const reads = readsIn(flags.reads)
      if (reads === null) {
        const message = `--reads "${flags.reads}" must be clients, services or clients,services`
        return yield* new UsageWrong({ message })
      }
      const made = yield* Effect.tryPromise({
        try: () => newExtension({ ...flags, reads }),
        catch: (cause) => cause
      }).pipe(
        Effect.catch((cause) =>
          cause instanceof ExtensionRefused
            ? Effect.fail(new UsageWrong({ message: cause.message }))
            : Effect.die(cause)
        )
      )
      yield* Console.log(nextSteps(made, flags.name).map(plainLine).join("\n"))
    })
).pipe(
  Command.withDescription(
    "Start an extension: a folder with a handler, its test, its manifest and, with --page, a page. It builds at once"
  ),
  Command.withExamples([
    { command: "alga-ext new my-extension --page", description: "In the folder my-extension, with a page" },
    {
      command: 'alga-ext new my-extension --domain com.acme --publisher "Acme Inc." --reads clients,services',
      description: "Named com.acme.my-extension, for clients and services"
    }
  ])
)
