import { Buffer } from "node:buffer"
import type { Answered } from "./Server.ts"

interface Row {
  readonly value: unknown
  readonly metadata: Readonly<Record<string, unknown>>
  readonly revision: number
  readonly ttlExpiresAt: string | null
  readonly createdAt: string
  readonly updatedAt: string
}

type Input = Readonly<Record<string, unknown>>

const most = { namespaces: 32, keys: 5_120, valueBytes: 65_536, metadataBytes: 4_096, page: 25 }

const refuse = (status: number, code: string): Answered => ({ status, body: { error: code, code, details: null } })
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value ?? null))
const isText = (value: unknown, longest: number): value is string =>
  typeof value === "string" && value !== "" && value.length <= longest

/** The product's cursor names the first row *behind* the page, and is read as the last one seen: one row is lost. */
const cursorOf = (key: string): string => Buffer.from(JSON.stringify({ key })).toString("base64url")
const keyIn = (cursor: string): string => JSON.parse(Buffer.from(cursor, "base64url").toString()).key

const { compare } = new Intl.Collator("en")

/** The order of a database whose collation is that of a language, which is not the order of code points. */
const byCollation = (a: string, b: string): number => compare(a, b) || Buffer.compare(Buffer.from(a), Buffer.from(b))

/** The product's storage of one install. */
export const makeKeptValues = () => {
  const spaces = new Map<string, Map<string, Row>>()

  const put = (namespace: string, key: string, { ifRevision, metadata = {}, ttlSeconds, value }: Input): Answered => {
    if (bytesOf(value) > most.valueBytes || bytesOf(metadata) > most.metadataBytes) return refuse(400, "LIMIT_EXCEEDED")
    if (ttlSeconds !== undefined && !(Number(ttlSeconds) >= 60 && Number(ttlSeconds) <= 2_592_000)) {
      return refuse(400, "VALIDATION_FAILED")
    }
    const space = spaces.get(namespace) ?? new Map<string, Row>()
    const before = space.get(key)
    if (ifRevision !== undefined && ifRevision !== before?.revision) return refuse(409, "REVISION_MISMATCH")
    const isFull = space.size === 0 ? spaces.size >= most.namespaces : space.size >= most.keys
    if (before === undefined && isFull) return refuse(429, "QUOTA_EXCEEDED")
    const now = new Date().toISOString()
    const row: Row = {
      value,
      metadata: metadata as Row["metadata"],
      revision: (before?.revision ?? 0) + 1,
      ttlExpiresAt: ttlSeconds === undefined ? null : new Date(Date.now() + Number(ttlSeconds) * 1_000).toISOString(),
      createdAt: before?.createdAt ?? now,
      updatedAt: now
    }
    spaces.set(namespace, space.set(key, row))
    const { metadata: _metadata, value: _value, ...written } = row
    return { status: 200, body: { namespace, key, ...written } }
  }

  const list = (namespace: string, { cursor, includeMetadata, includeValues, limit = most.page }: Input): Answered => {
    const last = typeof cursor === "string" ? keyIn(cursor) : null
    const rows = [...(spaces.get(namespace) ?? [])]
      .sort(([a], [b]) => byCollation(a, b))
      .filter(([key]) => last === null || byCollation(key, last) > 0)
    const next = rows[Number(limit)]
    const items = rows.slice(0, Number(limit)).map(([key, { metadata, value, ...row }]) => ({
      namespace,
      key,
      ...row,
      ...(includeValues === true ? { value } : {}),
      ...(includeMetadata === true ? { metadata } : {})
    }))
    return { status: 200, body: { items, nextCursor: next === undefined ? null : cursorOf(next[0]) } }
  }

  /** What the product answers to an operation of `ext-storage`. */
  return (input: Input): Answered => {
    const { key, namespace, operation } = input
    if (!isText(namespace, 128)) return refuse(400, "VALIDATION_FAILED")
    if (operation === "list") return list(namespace, input)
    if (!isText(key, 256) || key.includes("/")) return refuse(400, "VALIDATION_FAILED")
    if (operation === "put") return put(namespace, key, input)
    const space = spaces.get(namespace)
    if (operation === "delete") {
      const success = space?.delete(key) === true
      if (space?.size === 0) spaces.delete(namespace)
      return { status: 200, body: { success } }
    }
    if (operation !== "get") return refuse(400, "VALIDATION_FAILED")
    const row = space?.get(key)
    return row === undefined ? refuse(404, "NOT_FOUND") : { status: 200, body: { namespace, key, ...row } }
  }
}
