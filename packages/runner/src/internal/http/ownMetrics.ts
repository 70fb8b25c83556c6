const ofLibrary = /^(# (HELP|TYPE) )?effect_/

/** Metrics without those that a library counts of itself: they have no description, units of their own, and say some things twice. */
export const ownMetrics = (text: string): string =>
  text
    .split("\n")
    .filter((line) => !ofLibrary.test(line))
    .join("\n")
