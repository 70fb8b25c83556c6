/** A test by its file and its titles, outermost first, joined by ` > `. */
export interface Title {
  /** Relative to the workspace, with forward slashes. */
  readonly file: string
  readonly name: string
}

/** Which tests prove a requirement: those of a file whose name matches. */
export type Proof = readonly [
  /** The end of the file's path, such as `domain/test/inputs.test.ts`; a part of it may stand for many files. */
  file: string | RegExp,
  name: RegExp
]

/** One sentence that the product must keep, and the tests that prove it. */
export interface Requirement {
  /** Unique; the chapter and a number, such as `reads.3`. */
  readonly id: string
  readonly sentence: string
  readonly proofs: ReadonlyArray<Proof>
}

/** Requirements that belong together. */
export interface Chapter {
  readonly title: string
  readonly requirements: ReadonlyArray<Requirement>
}
