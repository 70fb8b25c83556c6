import type { AuthoredManifest } from "./AuthoredManifest.ts"
import { type Finding, finding } from "./Finding.ts"

const index = "ui/index.html"

/** What is wrong between the page that a manifest names and the files that are there, by their names in the bundle. */
export const checkPage = ({ ui }: AuthoredManifest, files: ReadonlyArray<string>): ReadonlyArray<Finding> => {
  const isThere = (name: string) => files.includes(name)
  const at = { file: "manifest.json", path: "ui.entry" }
  if (ui !== undefined) {
    if (isThere(ui.entry)) return []
    const remedy = 'write it, or take "ui" out'
    return [finding({ code: "page-missing", at, text: `"${ui.entry}" is not there`, remedy })]
  }
  if (!files.some((name) => name.startsWith("ui/"))) return []
  if (!isThere(index)) {
    const remedy = "write the page that loads main.js, or remove the folder ui"
    return [
      finding({ code: "page-missing", at: { file: index }, text: "is not there, though ui has other files", remedy })
    ]
  }
  const remedy = `add "ui": {"type": "iframe", "entry": "${index}"}, or remove the folder ui`
  return [
    finding({
      code: "page-unnamed",
      at: { ...at, path: "ui" },
      text: "names no page, so nobody can open the one in ui",
      remedy,
      severity: "note"
    })
  ]
}
