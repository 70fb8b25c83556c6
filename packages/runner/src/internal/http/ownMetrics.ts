/**
 * Whether a library counts this of itself: such metrics have no description, units of their own, and say some things twice.
 */
export const ofLibrary = (name: string): boolean => name.startsWith("effect_")

/** The metrics of this program, as Prometheus reads them. */
export const ownMetrics = (text: string): string =>
  text
    .split("\n")
    .filter((line) => !ofLibrary(line.replace(/^# (HELP|TYPE) /, "")))
    .join("\n")
