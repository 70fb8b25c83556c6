/**
 * The hash that a stored text stands for by the domain's `ContentHash`, in SQL as the server prints it. A text that is no hash
 * stays one that nobody asks for.
 */
export const decodedHash = (column: string): string =>
  `regexp_replace(lower((${column})::text), '^sha256:'::text, ''::text)`
