/** A page in the navigation. */
export interface NavigationItem {
  readonly text: string
  /** `/guides/write-a-page` */
  readonly link: string
  /** What the page has, in a few words. */
  readonly about: string
}

/** A group of pages. */
export interface NavigationGroup {
  readonly text: string
  readonly items: ReadonlyArray<NavigationItem>
}

const heading = /^## (.+)$/
const item = /^- \[(.+?)\]\((\/[^)#]*)\)(?:: (.+))?$/

/** The groups of a list of pages: a heading for each, and an item for each page. */
export const navigationOf = (overview: string): ReadonlyArray<NavigationGroup> => {
  const groups: Array<{ readonly text: string; readonly items: Array<NavigationItem> }> = []
  for (const line of overview.split("\n")) {
    const title = heading.exec(line)?.[1]
    if (title !== undefined) groups.push({ text: title, items: [] })
    const [, text, link, about = ""] = item.exec(line) ?? []
    if (text !== undefined && link !== undefined) groups.at(-1)?.items.push({ text, link, about })
  }
  return groups.map(({ items, text }) => ({ text, items: items.filter(({ link }) => link !== "/overview") }))
}

/** The title of a page: its first heading. */
export const titleOf = (text: string): string => /^# (.+)$/m.exec(text)?.[1]?.replaceAll("`", "") ?? ""
