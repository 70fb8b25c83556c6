import { readFileSync } from "node:fs"
import { limitCoreMemories } from "./CoreMemory.ts"
import { type CoreModule, coreWasm } from "./CoreWasm.ts"
import type { Load } from "./Messages.ts"

/** What the generated glue offers. */
export interface Glue {
  readonly instantiate: (
    coreModule: (name: string) => CoreModule,
    imports: Readonly<Record<string, object>>,
    instantiateCore: (module: CoreModule, imports?: object) => object
  ) => { readonly handler: (request: unknown) => unknown }
}

/** Makes instances of one component. */
export type NewInstance = () => ReturnType<Glue["instantiate"]>

/**
 * Compiles a component's core modules with their memories bounded. Each instance that it then makes has memory of its
 * own, all of it together within the limit, even where a module is instantiated more than once.
 */
export const prepare = (load: Load, glue: Glue, imports: Readonly<Record<string, object>>): NewInstance => {
  const modules = new Map<string, CoreModule>()
  const pagesOf = new WeakMap<CoreModule, number>()
  for (const { name, path, maxima } of load.modules) {
    const module = new coreWasm.Module(limitCoreMemories(readFileSync(path), maxima))
    modules.set(name, module)
    pagesOf.set(
      module,
      maxima.reduce((sum, pages) => sum + pages, 0)
    )
  }
  const coreModule = (name: string): CoreModule => {
    const module = modules.get(name)
    if (module === undefined) throw new Error("the glue asks for a module that is not there")
    return module
  }
  return () => {
    let pages = 0
    return glue.instantiate(coreModule, imports, (module, importObject) => {
      pages += pagesOf.get(module) ?? 0
      if (pages > load.pages) throw new coreWasm.RuntimeError("the memories of one instance exceed the limit")
      return new coreWasm.Instance(module, importObject ?? {})
    })
  }
}
