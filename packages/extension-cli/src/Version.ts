import { createRequire } from "node:module"

/** The version of this package. The packages that an extension needs have the same. */
export const version: string = createRequire(import.meta.url)("../package.json").version
