import { Storage, type StorageEntry, StorageError } from "@alga-psa/ext-domain/Storage"
import { lastKeySeen, productCursor } from "@alga-psa/ext-domain/StorageCursor"
import { Effect, Layer, Schema } from "effect"
import { bytesStored, storedBytes } from "./internal/storedBytes.ts"
import { nonsense, type ProductAnswer, ProductApi } from "./ProductApi.ts"
import type { ServerFailed } from "./ServerFailed.ts"

/** A number, or the text of one. */
const Revision = Schema.Union([
  Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  Schema.String.check(Schema.isPattern(/^\d{1,19}$/))
])
const Row = {
  revision: Revision,
  value: Schema.optionalKey(Schema.Unknown),
  metadata: Schema.optionalKey(Schema.Unknown)
}

const Got = Schema.Struct(Row)
const Written = Schema.Struct({ revision: Revision })
const Deleted = Schema.Struct({ success: Schema.Boolean })
/** The product gives at most 100 at once. */
const Listed = Schema.Struct({
  items: Schema.Array(Schema.Struct({ ...Row, key: Schema.String })).check(Schema.isMaxLength(100))
})

const codes: Readonly<Record<number, StorageError["code"]>> = {
  401: "denied",
  403: "denied",
  404: "missing",
  409: "conflict",
  429: "denied"
}

const failed = (cause: ServerFailed) => new StorageError({ code: "internal", cause })

const entryOf = (
  answer: ProductAnswer,
  place: { readonly namespace: string; readonly key: string },
  row: typeof Got.Type
): Effect.Effect<StorageEntry, StorageError> => {
  const value = bytesStored(row.value, row.metadata)
  return value === null
    ? Effect.fail(failed(nonsense(answer)))
    : Effect.succeed({ ...place, value, revision: BigInt(row.revision) })
}

const make = Effect.map(ProductApi, ({ ask }) => {
  const request = Effect.fnUntraced(function* <A>(
    expected: Schema.ConstraintDecoder<A>,
    operation: string,
    input: Readonly<Record<string, unknown>>
  ) {
    const answer = yield* Effect.mapError(ask("storage", operation, input), failed)
    const code = codes[answer.status]
    if (code !== undefined) return yield* new StorageError({ code })
    const body = yield* Effect.mapError(Schema.decodeUnknownEffect(expected)(answer.body), () =>
      failed(nonsense(answer))
    )
    return { answer, body }
  })

  return Storage.of({
    get: (namespace, key) =>
      Effect.flatMap(request(Got, "get", { namespace, key }), ({ answer, body }) =>
        entryOf(answer, { namespace, key }, body)
      ),
    put: (entry) => {
      const { key, namespace, revision, value } = entry
      // It is sent as a JSON number, and a larger one would become another.
      if (revision !== null && revision > Number.MAX_SAFE_INTEGER)
        return Effect.fail(new StorageError({ code: "conflict" }))
      const only = revision === null ? {} : { ifRevision: Number(revision) }
      return Effect.map(
        request(Written, "put", { namespace, key, ...storedBytes(value), ...only }),
        ({ body }): StorageEntry => ({ ...entry, revision: BigInt(body.revision) })
      )
    },
    delete: (namespace, key) =>
      Effect.flatMap(request(Deleted, "delete", { namespace, key }), ({ body }) =>
        body.success ? Effect.void : Effect.fail(new StorageError({ code: "missing" }))
      ),
    listEntries: (namespace, cursor) =>
      Effect.flatMap(
        request(Listed, "list", {
          namespace,
          includeValues: true,
          includeMetadata: true,
          ...(cursor === null ? {} : { cursor: productCursor(lastKeySeen(cursor)) })
        }),
        ({ answer, body }) => Effect.forEach(body.items, ({ key, ...row }) => entryOf(answer, { namespace, key }, row))
      )
  })
})

/** {@link Storage} in the product. */
export const layerStorageHttp: Layer.Layer<Storage, never, ProductApi> = Layer.effect(Storage, make)
