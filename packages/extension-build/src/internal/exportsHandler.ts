import { type Project, SignatureKind, SymbolFlags, TypeFlags } from "typescript/unstable/sync"

/** Whether a module exports a `handler` that can be called, as far as its types tell. */
export const exportsHandler = ({ checker, program }: Project, entry: string): boolean => {
  const source = program.getSourceFile(entry)
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source)
  const found =
    module === undefined ? undefined : checker.getExportsOfModule(module).find(({ name }) => name === "handler")
  if (found === undefined) return true
  const type = checker.getTypeOfSymbol(
    (found.flags & SymbolFlags.Alias) === 0 ? found : checker.getAliasedSymbol(found)
  )
  if (type === undefined || (type.flags & TypeFlags.Any) !== 0) return true
  return checker.getSignaturesOfType(type, SignatureKind.Call).length > 0
}
