import { Flag } from "effect/cli"

/** `--config FILE`: the settings file. */
export const settingsFile = Flag.String("config").pipe(
  Flag.withMetavar("FILE"),
  Flag.withDescription("Settings file: a JSON object of names and values (or ALGA_EXTENSION_RUNNER_CONFIG)"),
  Flag.optional
)
