import { seed } from "@alga-psa/ext-adapters-memory"
import { buildPage } from "@alga-psa/ext-extension-sdk/BuildPage"
import { Effect } from "effect"
import { demoCases } from "./DemoCase.ts"
import type { HostedPage } from "./HostPage.ts"
import { hostPageFolder, newSession } from "./HostPageServer.ts"
import { personOf } from "./Person.ts"

/** The cases that differ in who looks; the others differ in what is asked. */
const shown: ReadonlySet<string> = new Set([
  "admin-user",
  "no-user",
  "user-without-permission",
  "portal-user",
  "no-grant"
])

/** A host page for each kind of viewer, around the sample's page. */
export const demoPages = (contentHash: string): ReadonlyArray<HostedPage> =>
  demoCases
    .filter(({ name }) => shown.has(name))
    .map(({ extension, install, name, shows, tenant, user }) => ({
      path: `/${name}`,
      session: newSession(),
      viewer: Effect.succeed({
        ...{ tenant, extension, install, contentHash, user },
        ...(user === null ? {} : { person: personOf(seed({ contentHash }), user) })
      }),
      title: "Clients and services",
      who: `${name}: ${shows}`
    }))

/** The host page's own script and style. */
export const hostPageFiles = Effect.promise(() => buildPage(hostPageFolder))
