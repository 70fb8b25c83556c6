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
    file: /(Identifiers|HostName)\.ts$/,
    source: /^"(\w+Id|HostName)"$/,
    replacement: /^""$/,
    why: "A brand exists for the compiler alone."
  },
  {
    file: /(HttpFetch|Invoicing|Scheduler|Secrets|UiProxy|Storage)\.ts$/,
    source: /^"\w+Error"$/,
    replacement: /^""$/,
    why: "The tag of a port's error is for who handles it; a guest is told its code, which is tested."
  },
  {
    file: /(GuardedScheduler|ResourceReads)\.ts$/,
    source: /^"read"$/,
    replacement: /^""$/,
    why: "The guard asks whether an operation is a write. What is none is a read, whatever its word; the type allows one."
  },
  {
    file: /Guarded(Storage|UiProxy)\.ts$/,
    source: /^"(key|namespace|route)"$/,
    replacement: /^""$/,
    why: "It names the whole input, which is an object made here; only its fields can be wrong."
  },
  {
    file: /PageCursor\.ts$/,
    source: /^(folded\.slice\(0, 2 \* sortNameLength\)|start\.length <= sortNameLength)$/,
    replacement: /^(folded|false|start\.length < sortNameLength)$/,
    why: "It saves splitting what need not be split; the beginning is the same."
  },
  {
    file: /PageCursor\.ts$/,
    source: /^text\.length > maxBytes$/,
    replacement: /^(false|text\.length >= maxBytes)$/,
    why: "It saves decoding a long text. No name that counts makes a cursor of so many bytes, so the result is the same."
  },
  {
    file: /PageCursor\.ts$/,
    source: /^(""|\[\])$/,
    replacement: any,
    why: "They stand where the text has not the form. There is no id then, or none that is a UUID, and that is refused."
  },
  {
    file: /PageCursor\.ts$/,
    source: /^\/\^1/,
    replacement: /^\/(\^?1\\\.\(\[0-9a-f-\]\{36\}\)\\\.\(\[\\w-\]\*\)\$?)\/$/,
    why: "What stands before or behind the form makes another text than that of the cursor, and that is refused."
  },
  {
    file: /logging\.ts$/,
    source: /^lines > logLines$/,
    replacement: /^lines >= logLines$/,
    why: "Only the text of the warning differs, where both bounds are reached with one line."
  },
  {
    file: /meters\.ts$/,
    source: /^kept\.set/,
    replacement: any,
    why: "Keeping meters saves making them again; the counts are the same."
  },
  {
    file: /Authorization\.ts$/,
    source: /^Exit\.isSuccess\(exit\)$/,
    replacement: /^false$/,
    why: "The cache keeps the answer as well; here it is at hand without asking the cache."
  },
  {
    file: /WaitUnless\.ts$/,
    source: /^milliseconds <= longest$/,
    replacement: /^milliseconds < longest$/,
    why: "For the longest time, which is 24 days, the clock sets the same timer from a fiber."
  },
  {
    file: /WorldType\.ts$/,
    source: /^first !== undefined$/,
    replacement: /^true$/,
    why: "One type of a union is its first; the question is for the compiler."
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
    file: /Execution\.ts$/,
    source: /^deadline !== null$/,
    replacement: /^true$/,
    why: "An execution has a deadline, which it sets where its caller has none; the question is for the compiler."
  },
  {
    file: /ServiceToken\.ts$/,
    source: /^"utf8"$/,
    replacement: /^""$/,
    why: "It is the default encoding of a hash."
  },
  {
    file: /Fingerprint\.ts$/,
    source: /^named\.get\(name\)\?\.map$/,
    replacement: any,
    why: "The names are the map's own keys; the question mark is for the compiler."
  },
  {
    file: /ForeignText\.ts$/,
    source: /^text\.slice\(0, most \+ 1\)$/,
    replacement: /^text$/,
    why: "It saves looking at what is cut off behind; the result is the same."
  },
  {
    file: /ValueReader\.ts$/,
    source:
      /^(?:(length <= scanned|i < this\.at( && .*lastAscii)?|\(this\.frame\[i\] as number\) <= lastAscii|i\+\+)$|\{\s+let i = from)/,
    replacement: any,
    why: "Short ASCII is read by a faster way to the same text."
  },
  {
    file: /ValueReader\.ts$/,
    source: /^i === this\.at$/,
    replacement: /^false$/,
    why: "Short ASCII is read by a faster way to the same text."
  },
  {
    file: /HostCallAdapter\.ts$/,
    source: /^out\.view\(\)\.slice\(\)$/,
    replacement: any,
    why: "The copy lets the larger buffer go; its bytes are the same."
  },
  {
    file: /SettingsSource\.ts$/,
    source: /^(Object\.entries\(yield\* Environment\)\.filter|entry\[1\] !== undefined$)/,
    replacement: any,
    why: "A process's environment holds no undefined; the question is for the compiler."
  },
  {
    file: /SettingsSource\.ts$/,
    source: /^typeof values\["EXT_CACHE_ROOT"\] === "string"$/,
    replacement: /^true$/,
    why: "It has a default, and any text is one; the question is for the compiler."
  },
  {
    file: /SettingsSource\.ts$/,
    source: /^secret !== name$/,
    replacement: /^true$/,
    why: "Who asks has asked before whether the name itself is a setting."
  },
  {
    file: /SettingsSource\.ts$/,
    source: /^unless !== null$/,
    replacement: /^true$/,
    why: "Nothing is given under no name; the question is for the compiler."
  },
  {
    file: /bundleFailure\.ts$/,
    source: /^failure\._tag === "(ComponentRefused|RunnerError)"$/,
    replacement: /^true$/,
    why: "No other failure has the field that is asked next; the tag is for the compiler."
  },
  {
    file: /ManifestFields\.ts$/,
    source: /^i < text\.length$/,
    replacement: /^i <= text\.length$/,
    why: "Behind the text there is no letter."
  },
  {
    file: /OpenBundle\.ts$/,
    source: /^name === manifestName$/,
    replacement: /^true$/,
    why: "Files that nobody asks for are kept until the end, within the bound of the whole archive, and never given."
  },
  {
    file: /OpenBundle\.ts$/,
    source: /^\{ (params: \{ )?\[constants\.ZSTD_d_windowLogMax\]/,
    replacement: /^\{\}$/,
    why: "They are zstd's own bound, which is the same, and the size of pieces."
  },
  {
    file: /OpenBundle\.ts$/,
    source: /^"ZSTD_"$/,
    replacement: /^""$/,
    why: "Nothing else that fails here has a code."
  },
  {
    file: /PaxRecords\.ts$/,
    source: /^(blank < 0|"")$/,
    replacement: any,
    why: "Without a blank there is no length in decimal digits either, and that is refused."
  },
  {
    file: /PaxRecords\.ts$/,
    source: /^(end <= blank \+ 1( \|\| end > bytes\.byteLength)?|blank \+ 1|end > bytes\.byteLength)$/,
    replacement: /^(false|end < blank \+ 1|blank - 1|end <= blank \+ 1 && end > bytes\.byteLength)$/,
    why: "The byte before such an end is no line end, or no equals sign is within it, and that is refused."
  },
  {
    file: /PaxRecords\.ts$/,
    source: /^(equals < 0|equals >= end)$/,
    replacement: /^(equals <= 0|equals > end)$/,
    why: "A record that begins with an equals sign has no length, and that is refused."
  },
  {
    file: /TarReader\.ts$/,
    source: /^(this\.body|body)\?\.bytes$/,
    replacement: any,
    why: "While bytes of a body are due there is one; the question mark is for the compiler."
  },
  {
    file: /ZstdFrame\.ts$/,
    source: /^(view\.getUint16\(sizeAt, true\) \+ 256|true)$/,
    replacement: /^(view\.getUint16\(sizeAt, true\) - 256|false)$/,
    why: "Any size in two bytes is far below the bound."
  },
  {
    file: /ZstdFrame\.ts$/,
    source: /^(\[\s|size === undefined$)/,
    replacement: any,
    why: "Two bits choose among four; the question is for the compiler."
  }
]
