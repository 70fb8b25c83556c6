import { Argument, Flag } from "effect/cli"

/** What says which sources, for every command that builds them. */
const sourceFlags = {
  folder: Argument.String("folder").pipe(
    Argument.withDefault("."),
    Argument.withDescription("The extension's folder. Default: the current one")
  ),
  engine: Flag.Literals("engine", ["quickjs", "starlingmonkey"]).pipe(
    Flag.withDefault("quickjs"),
    Flag.withDescription("The JavaScript engine in the component. Default: quickjs, the smaller and faster one")
  ),
  entry: Flag.String("entry").pipe(
    Flag.withDefault("src/component.ts"),
    Flag.withDescription("The module that exports the handler. Default: src/component.ts")
  ),
  interfaces: Flag.String("interface").pipe(
    Flag.atLeast(0),
    Flag.withDescription(
      "An interface of the world, such as clients-v2, that the component imports even if the build finds no use of it. May be repeated"
    )
  ),
  noTypecheck: Flag.Boolean("no-typecheck").pipe(
    Flag.withDefault(false),
    Flag.withDescription("Leave out type errors. Other findings are still reported")
  )
}

/** What `build`, `pack` and `check` take. */
export const extensionFlags = {
  ...sourceFlags,
  json: Flag.Boolean("json").pipe(Flag.withDefault(false), Flag.withDescription("Print one JSON object"))
}

/** What the flags of the sources give. */
export interface SourceFlags {
  readonly folder: string
  readonly engine: "quickjs" | "starlingmonkey"
  readonly entry: string
  readonly interfaces: ReadonlyArray<string>
  readonly noTypecheck: boolean
}
