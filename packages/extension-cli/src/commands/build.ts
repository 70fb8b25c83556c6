import { join, resolve } from "node:path"
import { Console, Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"

/** `build`: the component of an extension. */
export const build = Command.make(
  "build",
  {
    folder: Argument.String("folder").pipe(
      Argument.withDefault("."),
      Argument.withDescription("The extension's folder. Default: the current one")
    ),
    engine: Flag.Literals("engine", ["quickjs", "starlingmonkey"]).pipe(Flag.withDefault("quickjs"))
  },
  ({ engine, folder }) =>
    Effect.gen(function* () {
      const built = yield* Effect.tryPromise({
        try: async () => {
          const { buildComponent } = await import("@alga-psa/ext-extension-sdk/build")
          return buildComponent({
            entry: join(resolve(folder), "src/component.ts"),
            outFile: join(resolve(folder), "dist/main.wasm"),
            engine
          })
        },
        catch: (cause) => (cause instanceof Error ? cause : new Error(String(cause)))
      })
      yield* Console.log(`${built.file}  ${built.size} bytes`)
    })
).pipe(Command.withDescription("Bundle the extension and make its component"))
