/** Why a mutant may live: the kind of change, where it is made, and what makes it harmless. */
export interface Explanation {
  /** The end of the file's path in its package; a part of it may stand for many files. */
  readonly file: RegExp
  /** The source that was replaced. */
  readonly source: RegExp
  /** What it was replaced by. */
  readonly replacement: RegExp
  readonly why: string
}

const any = /./

/** The mutants that live on purpose. */
export const explanations: ReadonlyArray<Explanation> = [
  {
    file: any,
    source: /^"@alga-psa\/ext-/,
    replacement: /^""$/,
    why: "The name of a service is for people: the services of one context differ all the same."
  },
  {
    file: /Identifiers\.ts$/,
    source: /^"\w+Id"$/,
    replacement: /^""$/,
    why: "A brand exists for the compiler alone."
  },
  {
    file: /(HttpFetch|Scheduler|Secrets|UiProxy|Storage)\.ts$/,
    source: /^"\w+Error"$/,
    replacement: /^""$/,
    why: "The tag of a port's error is for who handles it; a guest is told its code, which is tested."
  },
  {
    file: /logging\.ts$/,
    source: /^lines > logLines$/,
    replacement: /^lines >= logLines$/,
    why: "Only the text of the warning differs, where both bounds are reached with one line."
  },
  {
    file: /audit\.ts$/,
    source: /^keptMeters\.set/,
    replacement: any,
    why: "Keeping meters saves making them again; the counts are the same."
  },
  {
    file: /audit\.ts$/,
    source: /captureStackTrace|^false$/,
    replacement: any,
    why: "Without the option each read pays for a stack trace that nobody reads."
  },
  {
    file: /Manifest\.ts$/,
    source: /^\{ path: Schema\.String, message: Schema\.String \}$/,
    replacement: /^\{\}$/,
    why: "The error is made here, of values that have these fields."
  },
  {
    file: /Execution\.ts$/,
    source: /^"Execution\.run"$/,
    replacement: /^""$/,
    why: "The name of a span, which is tested in traces of a whole runner."
  },
  {
    file: /ServiceToken\.ts$/,
    source: /^"utf8"$/,
    replacement: /^""$/,
    why: "It is the default encoding of a hash."
  }
]
