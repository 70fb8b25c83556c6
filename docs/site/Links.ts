import { posix } from "node:path"
import { routeOf } from "./Sources.ts"

/** Where links lead that a page has to the files of the repository. */
export interface LinkTargets {
  /** The files that are pages. */
  readonly pages: ReadonlySet<string>
  /** Address of a folder with the repository's files, such as one on GitHub at a tag; null where there is none. */
  readonly files: string | null
}

const link = /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g

const targetOf = (path: string, { files, pages }: LinkTargets): string | null => {
  const page = [path, `${path}/README.md`].find((one) => pages.has(one))
  if (page !== undefined) return `/${routeOf(page).replace(/^index$/, "")}`
  if (path.startsWith("docs/images/")) return path.replace(/^docs/, "")
  if (path === "docs/decisions") return "/overview"
  return files === null ? null : `${files.replace(/\/$/, "")}/${path}`
}

const inText = (source: string, text: string, targets: LinkTargets): string =>
  text.replace(link, (whole, image: string, written: string, target: string) => {
    const words = inText(source, written, targets)
    if (/^([a-z]+:|#)/.test(target)) return words === written ? whole : `${image}[${words}](${target})`
    const [file = "", anchor] = target.split("#")
    const to = targetOf(posix.normalize(posix.join(posix.dirname(source), file)).replace(/\/$/, ""), targets)
    if (to === null) return words
    return `${image}[${words}](${to}${anchor === undefined ? "" : `#${anchor}`})`
  })

/**
 * The text of a page for the site: links to other pages lead there, links to other files to the repository. Where that has no address,
 * their words stay.
 */
export const withSiteLinks = (source: string, text: string, targets: LinkTargets): string =>
  text
    .split(/^(```[^\n]*\n(?:.*\n)*?```)/m)
    .map((part) => (part.startsWith("```") ? part : inText(source, part, targets)))
    .join("")
