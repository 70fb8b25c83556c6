import { outputOf, pnpm } from "./Commands.ts"
import { root } from "./Packages.ts"

/** What the registry knows against the packages that are installed with ours. */
export type Audit =
  | { readonly asked: true; readonly problems: ReadonlyArray<string> }
  /** The registry of this machine answers no such question; nothing is known either way. */
  | { readonly asked: false; readonly why: string }

interface Advisory {
  readonly module_name: string
  readonly severity: string
  readonly title: string
}

/** Asks a registry (default: that of this machine) for known vulnerabilities in what the packages depend on. */
export const audit = async (registry?: string): Promise<Audit> => {
  const other = registry === undefined ? [] : ["--registry", registry]
  const asked = await pnpm(["audit", "--prod", "--json", ...other], root)
  try {
    const { advisories } = JSON.parse(asked.stdout) as { readonly advisories: Readonly<Record<string, Advisory>> }
    const problems = Object.values(advisories).map((found) => `${found.module_name}: ${found.severity}: ${found.title}`)
    return { asked: true, problems }
  } catch {
    return { asked: false, why: outputOf(asked) }
  }
}
