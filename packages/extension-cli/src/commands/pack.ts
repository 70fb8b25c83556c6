import { Option } from "effect"
import { Command, Flag } from "effect/cli"
import { extensionFlags } from "../internal/extensionFlags.ts"
import { runBuild } from "../internal/runBuild.ts"

const component = Flag.String("component").pipe(
  Flag.optional,
  Flag.withDescription("Pack this component (a path relative to the folder) instead of building one")
)

/** `pack`: builds an extension and packs the bundle that a host installs. */
export const pack = Command.make("pack", { ...extensionFlags, component }, ({ component, ...flags }) =>
  runBuild({ ...flags, component: Option.getOrUndefined(component) }, { bundle: true })
).pipe(
  Command.withDescription(
    "Build, and pack dist/bundle.tar.zst; the same component and page give the same bytes, and so the same content hash"
  ),
  Command.withExamples([
    { command: "alga-ext pack", description: "The extension in the current folder" },
    { command: "alga-ext pack --component made.wasm", description: "A component that another toolchain made" },
    { command: "alga-ext pack --json", description: "Path, size and content hash for a program" }
  ])
)
