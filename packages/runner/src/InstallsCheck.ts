import { type InstalledVersion, installedVersions } from "@alga-psa/ext-adapters-pg/InstalledVersions"
import { foreignNames, interfaceCapabilities, type Limits } from "@alga-psa/ext-adapters-wit"
import { sha256 } from "@alga-psa/ext-adapters-wit/Sha256"
import { alwaysGranted, type Capability, parseCapabilities, unknownCapabilities } from "@alga-psa/ext-domain/Capability"
import { ExtensionId, TenantId } from "@alga-psa/ext-domain/Identifiers"
import { resources } from "@alga-psa/ext-domain/Resources"
import { Effect, Option, Schema, Stream } from "effect"
import { BundleMismatch } from "./Bundle.ts"
import { type BundleFacts, bundleFacts } from "./BundleFacts.ts"
import { BundleStore, bundlePath } from "./BundleStore.ts"
import { useSecrets } from "./internal/useSecrets.ts"
import type { PortState } from "./ProductPorts.ts"
import { frameAncestorsSettings } from "./Settings.ts"

/** What the settings say that installs may need. */
export interface Offered {
  /** The interfaces beside the reads. One that is not named is closed. */
  readonly ports: ReadonlyArray<PortState>
  /** Whether origins that frame pages are set. */
  readonly frameAncestors: boolean
  /** Whether a Vault is set that opens secrets. */
  readonly vault: boolean
  readonly limits: Limits
}

/** What would become of an enabled install on this runner. */
export interface InstallFinding {
  readonly tenant: string
  readonly install: string
  readonly extension: string
  readonly name: string
  readonly version: string | null
  readonly contentHash: string | null
  /** `unread` where its archive could not be read. */
  readonly component: BundleFacts["component"] | "unread"
  /** The interfaces that its component imports. One made from JavaScript may import all. */
  readonly interfaces: ReadonlyArray<string>
  /** Those of them that its version declares, was granted, and that are answered here. */
  readonly open: ReadonlyArray<string>
  readonly startKib: number | null
  readonly page: boolean
  /** What would fail. */
  readonly problems: ReadonlyArray<string>
  /** What is different and does no harm. */
  readonly notes: ReadonlyArray<string>
}

const capabilityOf: ReadonlyMap<string, Capability> = new Map(Object.entries(interfaceCapabilities))
const ofReads: ReadonlySet<string> = new Set(resources.map(({ capability }) => capability))

const decodeKey = Schema.decodeUnknownOption(Schema.Struct({ tenant: TenantId, extension: ExtensionId }))

type Archive =
  | { readonly facts: BundleFacts; readonly problem: null }
  | { readonly facts: null; readonly problem: string }

const unread = (problem: string): Archive => ({ facts: null, problem })

/** How many bundles are remembered. One that was forgotten is inspected again. */
const mostRemembered = 10_000

/** Reads each install's own copy, and inspects each content once. */
export const makeInspect = () => {
  const known = new Map<string, BundleFacts>()
  return Effect.fnUntraced(function* (row: InstalledVersion) {
    const { contentHash: hash } = row
    if (row.version === null) return unread("its version is another extension's: install it again")
    if (hash === null) return unread("its version has no bundle with a SHA-256: publish it again")
    const key = decodeKey(row)
    if (Option.isNone(key)) return unread("its tenant or extension is not a UUID")
    const read = yield* Effect.result((yield* BundleStore).read({ ...key.value, hash }))
    if (read._tag === "Failure") return unread(`${read.failure.message} at ${bundlePath({ ...key.value, hash })}`)
    if ((yield* Effect.promise(() => sha256(read.success))) !== hash) {
      return unread(`${new BundleMismatch().message}: put it into the store again`)
    }
    const facts = known.get(hash) ?? (yield* bundleFacts(read.success, hash))
    known.set(hash, facts)
    for (const oldest of known.keys()) {
      if (known.size <= mostRemembered) break
      known.delete(oldest)
    }
    return { facts, problem: null } satisfies Archive
  })
}

const finding = (row: InstalledVersion, { facts, problem }: Archive, offered: Offered): InstallFinding => {
  const declared = parseCapabilities(row.declared)
  const granted = parseCapabilities(JSON.parse(row.granted))
  const ungranted = [...declared].filter((name) => !alwaysGranted.has(name) && !granted.has(name))
  const interfaces = facts?.interfaces ?? []
  const needed = interfaces.filter((name) => declared.has(capabilityOf.get(name) as Capability))
  const closedWhy = (name: string): string | null => {
    if (ofReads.has(capabilityOf.get(name) ?? "")) return null
    const port = offered.ports.find((one) => one.port === name)
    return port?.open === true ? null : (port?.why ?? "no setting opens it")
  }
  const isAlways = (name: string) => alwaysGranted.has(capabilityOf.get(name) as Capability)
  const startKib = facts?.startKib ?? null
  const { memoryMb } = offered.limits
  const unknown = unknownCapabilities(row.declared)
  const problems = [
    problem,
    facts?.refusal ?? null,
    startKib !== null && startKib > memoryMb * 1024
      ? `it starts with ${Math.ceil(startKib / 1024)} MiB of memory: ALGA_EXTENSION_RUNNER_LIMIT_MEMORY_MB is ${memoryMb}`
      : null,
    facts !== null && facts.refusal === null && row.hasPage && !facts.page
      ? "its version names a page, and its bundle has no ui/index.html"
      : null,
    ungranted.length > 0 ? `declared and not granted: ${ungranted.join(", ")}; see db grants` : null,
    ...needed.flatMap((name) => {
      const why = isAlways(name) ? null : closedWhy(name)
      return why === null ? [] : [`${name} is closed here: ${why}`]
    }),
    row.host !== null && facts?.page === true && !offered.frameAncestors
      ? `its page has a host of its own: set ${frameAncestorsSettings[0]} to the product's origin`
      : null,
    row.sealedBy?.trim().toLowerCase().startsWith("vault-transit") === true &&
    useSecrets.some((capability) => declared.has(capability)) &&
    !offered.vault
      ? "its secrets are sealed by Vault: set VAULT_ADDR"
      : null
  ].filter((text) => text !== null)
  return {
    tenant: row.tenant,
    install: row.install,
    extension: row.extension,
    name: row.name,
    version: row.version,
    contentHash: row.contentHash,
    component: facts?.component ?? "unread",
    interfaces,
    open: interfaces.filter(
      (name) =>
        isAlways(name) ||
        (needed.includes(name) && granted.has(capabilityOf.get(name) as Capability) && closedWhy(name) === null)
    ),
    startKib,
    page: facts?.page ?? false,
    problems,
    notes: unknown.length > 0 ? [`declares unknown names, which are ignored: ${foreignNames(unknown)}`] : []
  }
}

/**
 * What would become of each enabled install of a tenant that is not suspended, one after another. Nothing is run, and nothing is
 * written to the database or the store.
 */
export const checkInstalls = (offered: Offered) => {
  const inspect = makeInspect()
  return installedVersions("all").pipe(
    Stream.filter(({ enabled, tenantActive }) => enabled && tenantActive),
    Stream.mapEffect((row) => Effect.map(inspect(row), (archive) => finding(row, archive, offered)))
  )
}
