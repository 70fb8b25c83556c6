import { type Dataset, mergeDatasets } from "./Dataset.ts"
import { catalog } from "./internal/seed/catalog.ts"
import { clientBase } from "./internal/seed/clients.ts"
import { installs } from "./internal/seed/installs.ts"
import { people } from "./internal/seed/people.ts"

/** What the seed needs to know. */
export interface SeedOptions {
  /** SHA-256 of the archive behind every install, in hexadecimal, with or without `sha256:` in front. */
  readonly contentHash: string
}

/**
 * Data to try the host with: a provider with clients, catalog, staff and portal users, a second provider whose rows it
 * must never see, and a suspended third. The ids are in {@link ids}.
 */
export const seed = (options: SeedOptions): Dataset =>
  mergeDatasets(people, clientBase, catalog, installs(options.contentHash))
