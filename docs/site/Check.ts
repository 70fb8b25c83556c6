import { glob, readFile } from "node:fs/promises"
import { join } from "node:path"

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const without = (html: string): string => html.replace(/<script[\s\S]*?<\/script>/g, "")

/** The file that answers an address of the site. */
const fileOf = (path: string): string => (path.endsWith("/") ? `${path}index.html` : `${path}.html`)

/** Links within a finished site that lead nowhere: to a page or a file that is not there, or to a heading that its page has not. */
export const deadSiteLinks = async (folder: string, base: string): Promise<ReadonlyArray<string>> => {
  const files = await Array.fromAsync(glob("**/*", { cwd: folder }))
  const names = new Set(files.map((name) => `/${name.replaceAll("\\", "/")}`))
  const pages = new Map<string, { readonly ids: ReadonlySet<string>; readonly links: ReadonlyArray<string> }>()
  for (const name of [...names].filter((one) => one.endsWith(".html"))) {
    const html = without(await readFile(join(folder, name), "utf8"))
    const ids = new Set(Array.from(html.matchAll(/ id="([^"]+)"/g), ([, id = ""]) => id))
    pages.set(name, { ids, links: Array.from(html.matchAll(/<a [^>]*href="([^"]+)"/g), ([, to = ""]) => to) })
  }
  const isDead = (from: string, link: string): boolean => {
    if (/^[a-z]+:/i.test(link)) return false
    const { hash, pathname } = new URL(link.replaceAll("&amp;", "&"), `http://site${base.replace(/\/$/, "")}${from}`)
    if (!pathname.startsWith(base)) return true
    const path = decoded(`/${pathname.slice(base.length)}`)
    const page = pages.get(path.endsWith(".html") ? path : fileOf(path))
    if (page === undefined) return !names.has(path)
    return hash !== "" && !page.ids.has(decoded(hash.slice(1)))
  }
  return [...pages].flatMap(([from, { links }]) =>
    [...new Set(links)].filter((link) => isDead(from, link)).map((link) => `${from}: ${link}`)
  )
}
