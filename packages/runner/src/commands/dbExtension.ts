import { open } from "node:fs/promises"
import * as ExtensionInstalls from "@alga-psa/ext-adapters-pg/ExtensionInstalls"
import { foreignJson, foreignNames, foreignText } from "@alga-psa/ext-adapters-wit/ForeignText"
import { unknownCapabilities } from "@alga-psa/ext-domain/Capability"
import { type ExtensionId, TenantId } from "@alga-psa/ext-domain/Identifiers"
import { Console, Effect, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { archiveBytes, type BundleStoreError, bundlePath } from "../BundleStore.ts"
import { BundleWriter } from "../BundleWriter.ts"
import { UsageWrong } from "../ExitCode.ts"
import { innermostCause } from "../internal/innermostCause.ts"
import { progress } from "../internal/progress.ts"
import { releaseOf } from "../Release.ts"
import { limitsOf } from "../Settings.ts"
import { layerWriter, storeSettings } from "./bundleStore.ts"
import { json, onAdminDatabase } from "./dbAdmin.ts"
import { settingsFile } from "./settingsFile.ts"
import { layerTemporaryIntake } from "./temporaryIntake.ts"

const common = {
  tenant: Flag.String("tenant").pipe(Flag.withSchema(TenantId), Flag.withDescription("The id of the tenant")),
  yes: Flag.Boolean("yes").pipe(Flag.withDefault(false), Flag.withDescription("Write; without it nothing is changed")),
  settingsFile,
  json
}

const HostName = Schema.String.check(
  Schema.isPattern(/^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/, {
    message: "must be a host name in lower case, without a port, such as one.apps.example.com"
  })
)

const readBundle = (path: string) =>
  Effect.tryPromise({
    try: async () => {
      await using file = await open(path)
      const { size } = await file.stat()
      return size > archiveBytes ? null : await file.readFile()
    },
    catch: () => new UsageWrong({ message: `${path} cannot be read` })
  }).pipe(
    Effect.flatMap((bytes) =>
      bytes === null || bytes.byteLength > archiveBytes
        ? Effect.fail(new UsageWrong({ message: `${path} has more than ${archiveBytes} bytes: no runner takes it` }))
        : Effect.succeed(bytes)
    )
  )

/** The store, or the way to it, failed. The message says where the archive belongs. */
export class StoreFailed extends Schema.TaggedError<StoreFailed>()("StoreFailed", { message: Schema.String }) {}

const storeFailed = (what: string, path: string, left: string) => (error: BundleStoreError) => {
  const cause = innermostCause(error)
  const why = error.message.includes(cause) ? error.message : `${error.message}: ${cause}`
  return new StoreFailed({ message: `${what} ${path}: ${why}; ${left}` })
}

/**
 * Whether it is known that no row was written. A server that went away as it was to keep them may have done so: then the bundle
 * stays.
 */
const isUndone = (error: { readonly _tag: string; readonly sqlState?: string | null }): boolean =>
  error._tag !== "AdminFailed" || (typeof error.sqlState === "string" && !/^(08|57P)/.test(error.sqlState))

const nothingChanged = (yes: boolean) =>
  yes ? Effect.void : Console.error("nothing was changed; add --yes to write this")

const longestLine = 2_000
const printLines = (lines: ReadonlyArray<string>) =>
  Effect.forEach(lines, (line) => Console.log(foreignText(line, longestLine)), { discard: true })

const states = {
  new: ["would install", "installed"],
  update: ["would update", "updated"],
  present: ["is installed", "is installed"]
} as const

const installedLines = (
  release: ExtensionInstalls.Release,
  result: ExtensionInstalls.InstallResult,
  wrote: boolean
): ReadonlyArray<string> => {
  const unknown = unknownCapabilities(release.capabilities)
  // An id that is taken back again is nobody's.
  const ids = wrote || result.state !== "new"
  return [
    `${states[result.state][wrote ? 1 : 0]}: ${release.name} ${release.version} by ${release.publisher}, for ${result.tenantName}`,
    ...(result.state === "update" ? [`before     ${result.from ?? "no version of it"}`] : []),
    `bundle     sha256:${release.contentHash}`,
    ...(ids ? [`extension  ${result.extension}`, `install    ${result.install}`] : []),
    `grants     ${result.grants.join(", ") || "nothing"}`,
    ...(result.withheld.length > 0 ? [`withheld   ${result.withheld.join(", ")}: revoked before; see db grants`] : []),
    ...(unknown.length > 0 ? [`unknown    ${foreignNames(unknown)}: unknown names are ignored`] : []),
    ...(result.enabled ? [] : ["disabled   the install is switched off, and stays so"])
  ]
}

const install = Command.make(
  "install",
  {
    bundle: Argument.String("bundle").pipe(Argument.withDescription("The bundle, bundle.tar.zst")),
    host: Flag.String("domain").pipe(
      Flag.withSchema(HostName),
      Flag.optional,
      Flag.withDescription(
        "The host name at which browsers reach its page. Without it, an existing install keeps its own"
      )
    ),
    ...common
  },
  (flags) =>
    Effect.gen(function* () {
      const { report, source } = yield* storeSettings(flags.settingsFile)
      const archive = yield* readBundle(flags.bundle)
      const release = yield* releaseOf(archive).pipe(
        Effect.provide(layerTemporaryIntake(limitsOf(report.values), false)),
        progress("checking the bundle")
      )
      const writer = yield* Effect.provide(BundleWriter, layerWriter(source))
      const keyOf = (extension: ExtensionId) => ({ tenant: flags.tenant, extension, hash: release.contentHash })
      let added: ExtensionId | null = null
      const store = (extension: ExtensionId) =>
        writer.put(keyOf(extension), archive).pipe(
          Effect.mapError(storeFailed("cannot put", bundlePath(keyOf(extension)), "nothing was changed")),
          Effect.tap((isNew) =>
            Effect.sync(() => {
              added = isNew ? extension : null
            })
          ),
          // Whether it is there is known before anything else is.
          Effect.uninterruptible,
          Effect.asVoid,
          progress("putting the bundle into the store")
        )
      const result = yield* ExtensionInstalls.install({
        tenant: flags.tenant,
        release,
        host: Option.getOrNull(flags.host),
        write: flags.yes,
        store
      }).pipe(
        Effect.tapError((error) =>
          added !== null && isUndone(error) ? Effect.ignore(writer.remove(keyOf(added))) : Effect.void
        )
      )
      const { contentHash, name, publisher, version } = release
      const { extension, install: id, ...rest } = result
      const ids = flags.yes || result.state !== "new" ? { extension, install: id } : {}
      if (flags.json)
        yield* Console.log(foreignJson({ ...rest, ...ids, name, publisher, version, contentHash, written: flags.yes }))
      else yield* printLines(installedLines(release, result, flags.yes))
      yield* nothingChanged(flags.yes)
    }).pipe((run) => onAdminDatabase(run, flags.settingsFile), Effect.scoped)
).pipe(
  Command.withDescription(
    "Install a bundle, or another version of it, for a tenant: put it into the store, write the registry's rows, and grant what it declares; without --yes, only show that"
  ),
  Command.withExamples([
    {
      command:
        "alga-extension-runner db extension install dist/bundle.tar.zst --tenant 11111111-1111-4111-8111-111111111111",
      description: "See first what it would be granted"
    },
    {
      command:
        "alga-extension-runner db extension install dist/bundle.tar.zst --tenant 11111111-1111-4111-8111-111111111111 --yes",
      description: "Install it"
    }
  ])
)

const uninstall = Command.make(
  "uninstall",
  {
    extension: Argument.String("extension").pipe(Argument.withDescription("The extension's name, or its id")),
    ...common
  },
  (flags) =>
    Effect.gen(function* () {
      const { source } = yield* storeSettings(flags.settingsFile)
      const writer = yield* Effect.provide(BundleWriter, layerWriter(source))
      const result = yield* ExtensionInstalls.uninstall({
        tenant: flags.tenant,
        extension: flags.extension,
        write: flags.yes,
        remove: ({ contentHashes, extension }) =>
          Effect.forEach(
            contentHashes,
            (hash) => {
              const key = { tenant: flags.tenant, extension, hash }
              const left = "no row was changed; run it again"
              return Effect.mapError(writer.remove(key), storeFailed("cannot remove", bundlePath(key), left))
            },
            { discard: true }
          )
      })
      if (result === null)
        return yield* Console.error(foreignText(`the tenant has no install of ${flags.extension}: nothing to do`))
      if (flags.json) yield* Console.log(JSON.stringify({ ...result, written: flags.yes }))
      else {
        yield* printLines([
          `${flags.yes ? "removed" : "would remove"}: install ${result.install}, with its settings, secrets and grants`,
          `bundles    ${result.contentHashes.length} of this tenant's in the store`,
          `extension  ${result.extension} ${result.last ? "too, with its versions: nobody else has it installed" : "stays: other tenants have it installed"}`
        ])
      }
      yield* nothingChanged(flags.yes)
    }).pipe((run) => onAdminDatabase(run, flags.settingsFile))
).pipe(
  Command.withDescription(
    "Remove an extension from a tenant, with its bundles in the store; without --yes, only show that"
  )
)

/** `db extension`: brings extensions to tenants, and takes them away again. */
export const extension = Command.make("extension").pipe(
  Command.withDescription("Install an extension for a tenant, and remove it"),
  Command.withSubcommands([install, uninstall])
)
