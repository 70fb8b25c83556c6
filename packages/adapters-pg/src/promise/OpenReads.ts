import { Layer, Logger } from "effect"
import { openDoor } from "../internal/promise/door.ts"
import { plainReads } from "../internal/promise/plainReads.ts"
import { sourceLayer } from "../internal/promise/sourceLayer.ts"
import type { OpenedReads } from "./Reads.ts"
import type { Source } from "./Source.ts"

/**
 * Opens reads over a database: with a pool of their own (`url`), which is opened once and closed at the end; or through the
 * caller's pool, connection or transaction (`query`). Nothing is asked of the database before the first call.
 *
 * @example
 * ```ts
 * const reads = openReads({ query: fromKnex(trx) })
 * const page = await reads.clients.list(tenant, { search: "north" })
 * ```
 */
export const openReads = (source: Source): OpenedReads =>
  plainReads(openDoor(Layer.merge(sourceLayer(source), Logger.layer([]))))
