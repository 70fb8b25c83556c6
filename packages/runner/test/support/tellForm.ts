/**
 * Says in which form tests run: the narrow one, or a weaker one where this user may not have it. In CI (`CI` is set) a weaker one is
 * no proof, and this throws.
 */
export const tellForm = (isNarrow: boolean, narrow: string, weaker: string): void => {
  const said = isNarrow ? narrow : weaker
  if (!isNarrow && (process.env["CI"] ?? "") !== "")
    throw new Error(`${said}; in CI it must be ${narrow}: run it as root`)
  console.info(said)
}
