import type { Buffer } from "node:buffer"
import { Effect, Schema } from "effect"
import { ArchiveRefused } from "../../ArchiveRefused.ts"
import { ArchiveUnopened } from "../../ArchiveUnopened.ts"
import { archiveBounds } from "../child/archive/ArchiveBounds.ts"
import type { OpenRequest } from "../child/archive/OpenBundle.ts"
import type { Confinement } from "./Confinement.ts"
import { openerProgram } from "./Engine.ts"
import { watchProcessor } from "./processorWatch.ts"
import { type Broken, open, type RestrictedNode } from "./RestrictedNode.ts"

/** A file that was taken out of an archive. */
export interface ArchiveFile {
  readonly bytes: Uint8Array
  /** SHA-256 of the bytes in hexadecimal. */
  readonly sha256: string
}

/** What was taken out of an archive. */
export interface OpenedArchive {
  readonly manifest: unknown
  readonly files: ReadonlyMap<string, ArchiveFile>
}

/** What bounds the opening of one archive. */
export interface OpenArchiveOptions {
  readonly execPath: string
  readonly confinement: Confinement
  readonly componentBytes: number
  /** Longest time, in milliseconds. */
  readonly timeoutMs: number
  /** Most processor time, in milliseconds. */
  readonly processorMs: number
}

const Head = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("opened"),
    manifest: Schema.Unknown,
    files: Schema.Array(
      Schema.Struct({
        name: Schema.String,
        bytes: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
        sha256: Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/))
      })
    ).check(Schema.isMaxLength(archiveBounds.files))
  }),
  Schema.Struct({ type: Schema.Literal("refused"), why: Schema.String.check(Schema.isMaxLength(300)) }),
  Schema.Struct({ type: Schema.Literal("failed"), detail: Schema.String.check(Schema.isMaxLength(300)) })
])
const decodeHead = Schema.decodeUnknownEffect(Schema.fromJsonString(Head))

const memoryPages = 1_024
const heapMb = 128
/** Names, hashes and the manifest's fields, with every character escaped. */
const headBytes = 1_048_576

const unopened = (cause: unknown) => new ArchiveUnopened({ message: "the archive could not be opened", cause })

const brokenBy = (processorMs: number) => (broken: Broken) =>
  broken.reason === "cpu-limit"
    ? new ArchiveRefused({ message: `opening the archive takes more than ${processorMs} ms of processor time` })
    : unopened(`${broken.reason}: ${broken.detail}`)

const filesOf = (
  answer: Buffer,
  begin: number,
  listed: ReadonlyArray<{ readonly name: string; readonly bytes: number; readonly sha256: string }>
): ReadonlyMap<string, ArchiveFile> => {
  let offset = begin
  return new Map(
    listed.map(({ bytes, name, sha256 }) => {
      const file = { bytes: answer.subarray(offset, offset + bytes), sha256 }
      offset += bytes
      return [name, file]
    })
  )
}

const ask = Effect.fnUntraced(function* (
  node: RestrictedNode,
  request: OpenRequest,
  archive: Uint8Array,
  options: OpenArchiveOptions
) {
  node.send(JSON.stringify(request))
  node.send(archive)
  const watch = watchProcessor(node, options.processorMs, () => {})
  const answer = yield* node.next.pipe(
    Effect.mapError(brokenBy(options.processorMs)),
    Effect.ensuring(Effect.sync(watch.stop))
  )
  const begin = 4 + (answer.byteLength < 4 ? 0 : answer.readUInt32BE())
  if (begin > Math.min(answer.byteLength, headBytes)) return yield* unopened("an answer without a head")
  const head = yield* Effect.mapError(decodeHead(answer.toString("utf8", 4, begin)), unopened)
  if (head.type === "failed") return yield* unopened(head.detail)
  if (head.type === "refused") return yield* new ArchiveRefused({ message: head.why })
  const total = head.files.reduce((sum, { bytes }) => sum + bytes, begin)
  if (total !== answer.byteLength) return yield* unopened("an answer of a wrong length")
  return { manifest: head.manifest, files: filesOf(answer, begin, head.files) } satisfies OpenedArchive
})

/** Opens an archive in a process of its own, which can do nothing but that and ends with it. */
export const openArchive = (
  part: OpenRequest["part"],
  archive: Uint8Array,
  options: OpenArchiveOptions
): Effect.Effect<OpenedArchive, ArchiveRefused | ArchiveUnopened> =>
  open({
    confinement: options.confinement,
    execPath: options.execPath,
    program: openerProgram(),
    memoryPages,
    heapMb,
    frameBytes: headBytes + Math.max(options.componentBytes, archiveBounds.pageBytes)
  }).pipe(
    Effect.flatMap((node) => ask(node, { part, componentBytes: options.componentBytes }, archive, options)),
    Effect.scoped,
    Effect.timeoutOrElse({
      duration: options.timeoutMs,
      orElse: () => Effect.fail(unopened(`it took more than ${options.timeoutMs} ms`))
    })
  )
