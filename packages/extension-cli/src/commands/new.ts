import { plainLine } from "@alga-psa/ext-extension-build/PlainLine"
import { Console, Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { newExtension } from "../NewExtension.ts"

/** `new`: starts an extension from the template. */
export const start = Command.make(
  "new",
  {
    name: Argument.String("name").pipe(
      Argument.withDescription("The folder to make, which is also the last part of the extension's name")
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
      const { files, folder } = yield* newExtension(flags)
      yield* Console.log(
        [
          `${folder}: ${files.length} files`,
          `  cd ${flags.name}`,
          "  npm install",
          "  npm test          # the handler, without a host",
          "  npm run build     # dist/main.wasm",
          "  npm run pack      # dist/bundle.tar.zst"
        ]
          .map(plainLine)
          .join("\n")
      )
    })
).pipe(
  Command.withDescription(
    "Start an extension: a folder with a handler, its test and its manifest, which builds at once"
  ),
  Command.withExamples([
    { command: "alga-ext new my-extension", description: "In the folder my-extension" },
    {
      command: 'alga-ext new my-extension --domain com.acme --publisher "Acme Inc."',
      description: "Named com.acme.my-extension"
    }
  ])
)
