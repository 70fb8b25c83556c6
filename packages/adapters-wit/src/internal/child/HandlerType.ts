const interfaceField = /^ {2}([A-Za-z0-9]+\??): (.+),$/gm
const imported = /^export type (\w+) = import\('\.\/(interfaces\/[\w-]+)\.js'\)\.(\w+);$/gm
const identifier = /\b[A-Z]\w*\b/g
const builtIn: ReadonlySet<string> = new Set(["Array", "Uint8Array", "Promise"])
const deepest = 8

/** Texts of the generated type declarations by their names. */
export type Declarations = ReadonlyMap<string, string>

const bodyOf = (text: string, name: string): string | null =>
  new RegExp(`^export interface ${name} \\{\\n([^]*?)^\\}$`, "m").exec(text)?.[1] ?? null

const expand = (type: string, file: string, declarations: Declarations, depth = 0): string => {
  const text = declarations.get(file) ?? ""
  return type.replace(identifier, (name) => {
    if (builtIn.has(name)) return name
    if (depth > deepest) return "?"
    for (const [, alias, other, original] of text.matchAll(imported)) {
      if (alias === name) return expand(original ?? "?", `${other}.d.ts`, declarations, depth + 1)
    }
    const body = bodyOf(text, name)
    if (body === null) return "?"
    const fields = Array.from(body.matchAll(interfaceField), ([, field, of = ""]) => {
      return `${field}: ${expand(of, file, declarations, depth + 1)}`
    })
    return `{${fields.sort().join(", ")}}`
  })
}

/**
 * The type of a component's `handler` as generated type declarations tell it, names of types replaced by what they are,
 * fields sorted; null where there is no such function.
 */
export const handlerType = (declarations: Declarations): { readonly takes: string; readonly gives: string } | null => {
  const main = "guest.d.ts"
  const root = bodyOf(declarations.get(main) ?? "", "Root") ?? ""
  const [, takes, gives] = /^ {2}handler\((.*)\): (.+),$/m.exec(root) ?? []
  if (takes === undefined || gives === undefined) return null
  const types = takes.replace(/\w+: /g, "")
  return { takes: expand(types, main, declarations), gives: expand(gives, main, declarations) }
}
