import { Command } from "effect/cli"
import { extensionFlags } from "../internal/extensionFlags.ts"
import { runBuild } from "../internal/runBuild.ts"

/** `build`: checks an extension and makes its component and page. */
export const build = Command.make("build", extensionFlags, (flags) => runBuild(flags, { bundle: false })).pipe(
  Command.withDescription(
    "Check the manifest against what the code uses, and make dist/main.wasm, dist/component.json and dist/ui"
  ),
  Command.withExamples([
    { command: "alga-ext build", description: "The extension in the current folder" },
    {
      command: "alga-ext build my-extension --engine starlingmonkey",
      description: "Another extension, on the larger engine"
    },
    { command: "alga-ext build --json", description: "Sizes and problems for a program" }
  ])
)
