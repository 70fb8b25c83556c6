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
  readonly findings: ReadonlyArray<{ readonly version: string }>
}

const advisories = async (args: ReadonlyArray<string>): Promise<ReadonlyArray<Advisory> | string> => {
  const asked = await pnpm(["audit", "--json", ...args], root)
  try {
    const { advisories } = JSON.parse(asked.stdout) as { readonly advisories: Readonly<Record<string, Advisory>> }
    return Object.values(advisories)
  } catch {
    return outputOf(asked)
  }
}

/**
 * Asks a registry (default: that of this machine) for known vulnerabilities in what the packages depend on, and in what they hold
 * of their development dependencies in a bundle.
 */
export const audit = async (
  bundled: ReadonlyArray<{ readonly name: string; readonly version: string }>,
  registry?: string
): Promise<Audit> => {
  const other = registry === undefined ? [] : ["--registry", registry]
  const [installed, development] = await Promise.all([
    advisories(["--prod", ...other]),
    advisories(["--dev", ...other])
  ])
  if (typeof installed === "string") return { asked: false, why: installed }
  if (typeof development === "string") return { asked: false, why: development }
  const carried = development.filter(({ findings, module_name }) =>
    findings.some((found) => bundled.some(({ name, version }) => name === module_name && version === found.version))
  )
  const problems = [...installed, ...carried].map((one) => `${one.module_name}: ${one.severity}: ${one.title}`)
  return { asked: true, problems: [...new Set(problems)] }
}
