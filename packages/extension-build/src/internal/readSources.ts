import type { SourcesRead, SourcesToRead } from "../AnalyseSources.ts"
import { localeCalls } from "./localeCalls.ts"
import { isLanguage, readUsage } from "./readUsage.ts"
import { isOwnFile } from "./shownPath.ts"
import { withTypedProjects } from "./typedProject.ts"
import { typeErrors } from "./typeErrors.ts"

/**
 * Does the work of `analyseSources`, in the process that calls it. Each build starts that process, so it loads neither Effect nor
 * the domain, which takes longer than the compiler. Its input carries what it needs of them.
 */
export const readSources = (sources: SourcesToRead): SourcesRead => {
  const { bundle, entry, folder, types } = sources
  return withTypedProjects(folder, entry, ({ checked, followed }) => {
    const bundled = new Set(bundle.modules.map(({ file }) => file))
    const locales = bundle.modules
      .filter(({ bytes, file }) => bytes > 0 && isOwnFile(folder, file))
      .flatMap(({ file }) => {
        const source = followed.program.getSourceFile(file)
        return source === undefined ? [] : localeCalls(followed, folder, file, source, isLanguage)
      })
    return {
      usage: readUsage(sources, followed),
      findings: [...locales, ...(types ? typeErrors(folder, checked(), (file) => bundled.has(file)) : [])]
    }
  })
}
