/**
 * A file that is not packed. `file` is its absolute path, `why` says what is wrong with it and what to do.
 *
 * @example
 * ```ts
 * import { buildPage } from "@alga-psa/ext-extension-sdk/BuildPage"
 * import { FileRefused } from "@alga-psa/ext-extension-sdk/FileRefused"
 *
 * await buildPage("ui").catch((error) => {
 *   if (error instanceof FileRefused) console.error(error.file, error.why)
 * })
 * ```
 */
export class FileRefused extends Error {
  override readonly name = "FileRefused"
  readonly file: string
  readonly why: string

  constructor(file: string, why: string, options?: ErrorOptions) {
    super(`${file} ${why}`, options)
    this.file = file
    this.why = why
  }
}
