import type { CapabilityGate } from "@alga-psa/ext-domain/CapabilityGate"
import type { RbacCheck } from "@alga-psa/ext-domain/RbacCheck"
import type { ResourceReader } from "@alga-psa/ext-domain/Resources"
import { Duration, Layer, Result } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { databaseAddress } from "../../DatabaseAddress.ts"
import { layer } from "../../PgPorts.ts"
import { layerByTenant } from "../../PgPortsByTenant.ts"
import { layerServer } from "../../PgServer.ts"
import { InvalidInputError } from "../../promise/ReadsError.ts"
import type { OwnPool, OwnQuery, Source } from "../../promise/Source.ts"
import { ReadTimeout } from "../../ReadTimeout.ts"
import { serverBounds, serverTimes } from "../../ServerBounds.ts"
import { ResendsStatements } from "../resend.ts"
import { layerQuery } from "./queryClient.ts"

const wholeNumber = (field: string, value: number | undefined, fallback: number, most: number): number => {
  const chosen = value ?? fallback
  if (Number.isInteger(chosen) && chosen >= 1 && chosen <= most) return chosen
  throw new InvalidInputError(field, `must be a whole number from 1 to ${most}`)
}

const milliseconds = (field: string, value: number | undefined, fallback: Duration.Input) =>
  Duration.millis(wholeNumber(field, value, Duration.toMillis(Duration.fromInputUnsafe(fallback)), 600_000))

const { default: usualConnections, most: mostConnections } = serverBounds.maxConnections

const ownPool = ({ url, maxConnections, connectTimeoutMs, statementTimeoutMs }: OwnPool) => {
  const address = databaseAddress(url)
  if (Result.isFailure(address)) throw new InvalidInputError("url", address.failure)
  return layerServer({
    url: address.success,
    name: "openReads",
    maxConnections: wholeNumber("maxConnections", maxConnections, usualConnections, mostConnections),
    connectTimeout: milliseconds("connectTimeoutMs", connectTimeoutMs, serverTimes.connectTimeout.default),
    statementTimeout: milliseconds("statementTimeoutMs", statementTimeoutMs, serverTimes.statementTimeout.default)
  })
}

/** A failed statement of the caller's transaction has ended it, so it is not sent again. */
const ownQuery = ({ query }: OwnQuery) => {
  if (typeof query !== "function") throw new InvalidInputError("query", "must be a function, where no url is given")
  return Layer.merge(layerQuery(query), Layer.succeed(ResendsStatements, false))
}

/** The ports over what the caller named. It throws where an option is wrong. */
export const sourceLayer = (source: Source): Layer.Layer<ResourceReader | CapabilityGate | RbacCheck, SqlError> => {
  const database: Layer.Layer<SqlClient, SqlError> = source.url === undefined ? ownQuery(source) : ownPool(source)
  const ports = source.url !== undefined && source.rowSecurity === true ? layerByTenant : layer
  const timeout = Layer.succeed(
    ReadTimeout,
    milliseconds("readTimeoutMs", source.readTimeoutMs, ReadTimeout.defaultValue())
  )
  return Layer.provide(ports, Layer.merge(database, timeout))
}
