import { interfaceCapabilities, type Review, type ReviewedComponent } from "@alga-psa/ext-adapters-wit"
import { alwaysGranted, type Capability, isCapability } from "@alga-psa/ext-domain"
import { Schema } from "effect"

const Names = Schema.Array(Schema.String)

const AuthorSays = Schema.Array(
  Schema.Struct({
    /** File, line and column. */
    at: Schema.String,
    written: Schema.String
  })
).annotate({
  description: "Lines that use it, by the list of the build. It is the author's word: no verdict rests on it"
})

const Memory = Schema.NullOr(
  Schema.Struct({
    startKib: Schema.Int,
    maximumKib: Schema.NullOr(Schema.Int).annotate({ description: "null: it names no bound of its own" })
  })
)

const Side = Schema.Struct({
  contentHash: Schema.String,
  name: Schema.String,
  publisher: Schema.String,
  version: Schema.String,
  engine: Schema.NullOr(Schema.String).annotate({ description: "By the component's own word" }),
  bundleBytes: Schema.Int,
  componentBytes: Schema.NullOr(Schema.Int).annotate({ description: "null: a page alone" }),
  memory: Memory,
  page: Schema.NullOr(Schema.Struct({ entry: Schema.NullOr(Schema.String), files: Schema.Int, bytes: Schema.Int }))
})

const AddedCapability = Schema.Struct({
  name: Schema.String,
  known: Schema.Boolean.annotate({ description: "false: a host of this version ignores it" }),
  usable: Schema.Boolean.annotate({ description: "Whether the component imports an interface of it" }),
  authorSays: AuthorSays
})

const AddedInterface = Schema.Struct({
  name: Schema.String,
  capability: Schema.String,
  grant: Schema.Literals(["always", "as before", "needed", "undeclared"]).annotate({
    description:
      "`always`: no grant is needed. `as before`: the old version declared it too, so an earlier grant lets it work at once. `needed`: newly declared, so it works only where an install has a grant, such as one of an earlier version. `undeclared`: a host refuses it"
  }),
  authorSays: AuthorSays
})

const listing = <S extends Schema.Top>(added: S) => Schema.Struct({ added: Schema.Array(added), removed: Names })

/** What a new version of an extension asks for, beside an old one: what `alga-ext diff --json` prints. */
export const BundleDiff = Schema.Struct({
  format: Schema.Literal(1),
  verdict: Schema.Literals(["more", "less", "same"]).annotate({
    description:
      "Rests on what the components import and the manifests declare. more: something is asked for that was not"
  }),
  old: Side,
  new: Side,
  capabilities: listing(AddedCapability),
  interfaces: listing(AddedInterface),
  endpoints: listing(Schema.String),
  page: Schema.Literals(["none", "added", "removed", "changed", "unchanged"])
})
export interface BundleDiff extends Schema.Schema.Type<typeof BundleDiff> {}

/** A bundle, as it was reviewed. */
export interface ReviewedBundle extends Review {
  readonly bundle: NonNullable<Review["bundle"]>
}

const capabilityOf = new Map<string, Capability>(Object.entries(interfaceCapabilities))

const declaredBy = ({ bundle }: ReviewedBundle): ReadonlySet<string> =>
  new Set(bundle.manifest.capabilities.map((name) => name.trim().toLowerCase()))

/** The interfaces with functions that a component imports. */
const importedBy = ({ component }: ReviewedBundle): ReadonlySet<string> =>
  new Set((component?.imports ?? []).map((name) => name.replace(/^.*\//, "")).filter((name) => capabilityOf.has(name)))

const endpointsOf = ({ bundle }: ReviewedBundle): ReadonlySet<string> =>
  new Set((bundle.manifest.api?.endpoints ?? []).map(({ method, path }) => `${method} ${path}`))

const missingIn = (names: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlyArray<string> =>
  [...names].filter((name) => !other.has(name)).sort()

const saidOf = (component: ReviewedComponent | null, isMeant: (name: string) => boolean) =>
  (component?.uses ?? []).filter((use) => isMeant(use.interface)).map(({ at, written }) => ({ at, written }))

const sideOf = ({ bundle, component }: ReviewedBundle): typeof Side.Type => ({
  contentHash: bundle.contentHash,
  name: bundle.manifest.name,
  publisher: bundle.manifest.publisher,
  version: bundle.manifest.version,
  engine: component?.engine ?? null,
  bundleBytes: bundle.bytes,
  componentBytes: component?.bytes ?? null,
  memory: component?.memory ?? null,
  page:
    bundle.page === null
      ? null
      : { entry: bundle.manifest.ui?.entry ?? null, files: bundle.page.files, bytes: bundle.page.bytes }
})

const pageChange = (old: ReviewedBundle, now: ReviewedBundle): BundleDiff["page"] => {
  const [before, after] = [old.bundle.page, now.bundle.page]
  if (before === null || after === null) return before === after ? "none" : before === null ? "added" : "removed"
  const isSame = before.sha256 === after.sha256 && old.bundle.manifest.ui?.entry === now.bundle.manifest.ui?.entry
  return isSame ? "unchanged" : "changed"
}

const isAlwaysGranted = (name: string): boolean => isCapability(name) && alwaysGranted.has(name)

/** Whether declaring it asks for anything: every install has what is always granted, declared or not. */
const isAskedFor = (name: string): boolean => !isAlwaysGranted(name)

/** Whether it says anything of anybody, or does anything: the ids of the execution and a log line do not. */
const isAsking = (name: string): boolean => name !== "context" && name !== "logging"

/** What a new version asks for, beside an old one. Names are sorted. */
export const diffOf = (old: ReviewedBundle, now: ReviewedBundle): BundleDiff => {
  const [before, after] = [declaredBy(old), declaredBy(now)]
  const [had, has] = [importedBy(old), importedBy(now)]
  const capabilities = { added: missingIn(after, before), removed: missingIn(before, after) }
  const interfaces = { added: missingIn(has, had), removed: missingIn(had, has) }
  const grantOf = (capability: string) =>
    isAlwaysGranted(capability)
      ? "always"
      : !after.has(capability)
        ? "undeclared"
        : before.has(capability)
          ? "as before"
          : "needed"
  const asksMore = capabilities.added.some(isAskedFor) || interfaces.added.some(isAsking)
  const asksLess = capabilities.removed.some(isAskedFor) || interfaces.removed.some(isAsking)
  return {
    format: 1,
    verdict: asksMore ? "more" : asksLess ? "less" : "same",
    old: sideOf(old),
    new: sideOf(now),
    capabilities: {
      added: capabilities.added.map((name) => ({
        name,
        known: isCapability(name),
        usable: [...has].some((one) => capabilityOf.get(one) === name),
        authorSays: saidOf(now.component, (one) => capabilityOf.get(one) === name)
      })),
      removed: capabilities.removed
    },
    interfaces: {
      added: interfaces.added.map((name) => {
        const capability = capabilityOf.get(name) ?? ""
        const authorSays = saidOf(now.component, (one) => one === name)
        return { name, capability, grant: grantOf(capability), authorSays }
      }),
      removed: interfaces.removed
    },
    endpoints: {
      added: missingIn(endpointsOf(now), endpointsOf(old)),
      removed: missingIn(endpointsOf(old), endpointsOf(now))
    },
    page: pageChange(old, now)
  }
}
