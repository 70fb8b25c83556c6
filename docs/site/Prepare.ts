import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { withPlainFences } from "./Fences.ts"
import { withSiteLinks } from "./Links.ts"
import { llmsText } from "./Llms.ts"
import { type NavigationGroup, navigationOf, titleOf } from "./Navigation.ts"
import { prepared, root } from "./Paths.ts"
import { errorsPage } from "./reference/Errors.ts"
import { httpPage } from "./reference/Http.ts"
import { metricsPage } from "./reference/Metrics.ts"
import { settingsPage } from "./reference/Settings.ts"
import { worldPage } from "./reference/World.ts"
import { routeOf, sources } from "./Sources.ts"

/** What the site knows of itself. */
export interface SiteFacts {
  readonly version: string
  readonly navigation: ReadonlyArray<NavigationGroup>
}

/** What the environment says of a build. */
export interface SiteOptions {
  /** The version that the site names. Default: that of the packages. */
  readonly version: string | null
  /** Address of the folder with the repository's files at that version. */
  readonly files: string | null
  /** The path that the site is served from, such as `/` or `/docs/`. */
  readonly base: string
}

const write = async (name: string, text: string): Promise<void> => {
  const file = join(prepared, name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

const reference: ReadonlyArray<readonly [name: string, page: () => string | Promise<string>]> = [
  ["world", worldPage],
  ["http", httpPage],
  ["settings", settingsPage],
  ["metrics", metricsPage],
  ["errors", errorsPage]
]

const versionOf = async (): Promise<string> =>
  JSON.parse(await readFile(join(root, "packages/runner/package.json"), "utf8")).version

/** Puts the pages of the repository, and those of the reference that are made here, where the site is built from. */
export const prepareSite = async ({ base, files, version }: SiteOptions): Promise<SiteFacts> => {
  const found = await sources()
  const targets = { pages: new Set(found), files }
  const pages = await Promise.all(
    found.map(async (source) => {
      const text = withPlainFences(withSiteLinks(source, await readFile(join(root, source), "utf8"), targets))
      return { source, route: routeOf(source), text, title: titleOf(text) }
    })
  )
  const made = await Promise.all(
    reference.map(async ([name, page]) => {
      const text = await page()
      return { source: null, route: `reference/${name}`, text, title: titleOf(text) }
    })
  )
  for (const { route, text } of [...pages, ...made]) await write(`${route}.md`, text)
  await cp(join(root, "docs/images"), join(prepared, "public/images"), { recursive: true })
  const overview = pages.find(({ route }) => route === "overview")?.text ?? ""
  const groups = navigationOf(overview)
  const listed = new Set(groups.flatMap(({ items }) => items.map(({ link }) => link)))
  const group = (text: string, isMeant: (route: string) => boolean): NavigationGroup => ({
    text,
    items: [...pages, ...made]
      .filter(({ route }) => isMeant(route) && !listed.has(`/${route}`))
      .map(({ route, title }) => ({ text: title, link: `/${route}`, about: "" }))
  })
  const api = { text: "Types and functions", link: "/reference/api/", about: "every export of the packages" }
  const statements = {
    text: "Every statement",
    link: "/reference/statements",
    about: "with the inputs that lead to it"
  }
  const ofReference = group("Reference", (route) => route.startsWith("reference/"))
  const navigation: ReadonlyArray<NavigationGroup> = [
    ...groups,
    { ...ofReference, items: [...ofReference.items, api, statements] },
    group("More", (route) => !/^(index|overview|reference\/.*|decisions\/.*|packages\/.*)$/.test(route)),
    group("Decisions", (route) => route.startsWith("decisions/")),
    group("Packages", (route) => route.startsWith("packages/"))
  ].filter(({ items }) => items.length > 0)
  const facts = { version: version ?? (await versionOf()), navigation }
  await write("site.json", JSON.stringify(facts, null, 2))
  await write("public/llms.txt", llmsText(facts, [...pages, ...made], base))
  return facts
}

/** Starts again from nothing. */
export const clearSite = (): Promise<void> => rm(prepared, { recursive: true, force: true })
