/**
 * Says in which form tests run: the narrow one, or a weaker one where this user may not have it. Where the narrow one is demanded
 * (`TEST_NARROW_SYSTEMS=required`) a weaker one is no proof, and this throws.
 */
export const tellForm = (isNarrow: boolean, narrow: string, weaker: string): void => {
  const said = isNarrow ? narrow : weaker
  if (!isNarrow && process.env["TEST_NARROW_SYSTEMS"] === "required")
    throw new Error(`${said}; it must be ${narrow}: run it as root`)
  console.info(said)
}
