import { fileURLToPath } from "node:url"

/** The folder of the workspace. */
export const root = fileURLToPath(new URL("../../", import.meta.url))

/** Where the pages of the site are put together. It is made again for each build. */
export const prepared = fileURLToPath(new URL("../.cache/site/", import.meta.url))

/** Where the finished site lies. */
export const finished = fileURLToPath(new URL("../dist/", import.meta.url))
