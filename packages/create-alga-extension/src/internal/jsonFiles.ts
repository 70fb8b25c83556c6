import type { Parts } from "./template.ts"

interface Manifest {
  readonly capabilities: ReadonlyArray<string>
  readonly ui: object
  readonly api: { readonly endpoints: ReadonlyArray<{ readonly path: string }> }
}

interface Package {
  readonly scripts: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const capabilities: Readonly<Record<string, string>> = { "cap:client.read": "clients", "cap:service.read": "services" }

const manifest = (whole: Manifest, parts: Parts): object => ({
  ...whole,
  capabilities: whole.capabilities.filter((name) => parts.has(capabilities[name] ?? "")),
  ui: parts.has("page") ? whole.ui : undefined,
  api: { endpoints: whole.api.endpoints.filter(({ path }) => parts.has(path.split("/")[2] ?? "")) }
})

const ofPage = " && tsc -p ui/src"

/** Which part of the extension wants a package; a package that is not named here is wanted by all. */
const wantedBy: Readonly<Record<string, string>> = { "@alga-psa/extension-iframe-sdk": "page", node: "node" }

const packageJson = (whole: Package, parts: Parts): object => ({
  ...whole,
  scripts: Object.fromEntries(
    Object.entries(whole.scripts).map(([name, script]) => [
      name,
      parts.has("page") ? script : script.replace(ofPage, "")
    ])
  ),
  devDependencies: Object.fromEntries(
    Object.entries(whole.devDependencies).filter(([name]) => parts.has(wantedBy[name] ?? "") || !(name in wantedBy))
  )
})

/** What is left out of the template's JSON files, by name. */
const rules: Readonly<Record<string, (value: never, parts: Parts) => object>> = {
  "manifest.json": manifest,
  "package.json": packageJson
}

/** Lists and objects of plain values on one line each, where that is short. */
const short = (json: string): string =>
  json.replaceAll(/([{[])\n\s+([^{}[\]]*?)\n\s+[}\]]/g, (whole, open: string, inner: string) => {
    const line = inner.replaceAll(/\n\s+/g, " ")
    if (line.length > 100) return whole
    return open === "{" ? `{ ${line} }` : `[${line}]`
  })

/** A JSON file of the template without the parts that were not chosen; other files as they are. */
export const choose = (file: string, text: string, parts: Parts): string => {
  const rule = rules[file]
  if (rule === undefined) return text
  const json = JSON.stringify(rule(JSON.parse(text) as never, parts), null, 2)
  return `${file === "manifest.json" ? short(json) : json}\n`
}
