import { Command } from "effect/cli"
import { extensionFlags } from "../internal/extensionFlags.ts"
import { runBuild } from "../internal/runBuild.ts"

/** `pack`: builds an extension and packs the bundle that a host installs. */
export const pack = Command.make("pack", extensionFlags, (flags) => runBuild(flags, { bundle: true })).pipe(
  Command.withDescription(
    "Build, and pack dist/bundle.tar.zst; the same sources give the same bytes, and so the same content hash"
  ),
  Command.withExamples([
    { command: "alga-ext pack", description: "The extension in the current folder" },
    { command: "alga-ext pack --json", description: "Path, size and content hash for a program" }
  ])
)
