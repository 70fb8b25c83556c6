import { stat } from "node:fs/promises"
import { dirname, join, normalize } from "node:path"
import { anchorOf } from "../../../docs/site/Anchors.ts"
import { type Page, prose, root } from "./Pages.ts"

const anchorsOf = (page: Page): ReadonlySet<string> =>
  new Set(Array.from(prose(page).matchAll(/^#+ (.+)$/gm), ([, heading = ""]) => anchorOf(heading)))

const exists = (path: string) =>
  stat(join(root, path)).then(
    () => true,
    () => false
  )

/** The links of a page that lead nowhere within the workspace: a file that is not there, a heading that is not. */
export const deadLinks = async (page: Page, all: ReadonlyArray<Page>): Promise<ReadonlyArray<string>> => {
  const targets = Array.from(prose(page).matchAll(/\]\(([^)\s]+)\)/g), ([, target = ""]) => target)
  const dead = await Promise.all(
    targets
      .filter((target) => !/^[a-z]+:/.test(target))
      .map(async (target) => {
        const [file = "", anchor] = target.split("#")
        const path = file === "" ? page.path : normalize(join(dirname(page.path), file))
        if (!(await exists(path))) return target
        const to = all.find((it) => it.path === path)
        return anchor !== undefined && to !== undefined && !anchorsOf(to).has(anchor) ? target : null
      })
  )
  return dead.filter((target) => target !== null).map((target) => `${page.path}: ${target}`)
}
