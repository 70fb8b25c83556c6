import { worldTypes } from "../support/WorldTypes.ts"
import { guestText, type Imported } from "./guestText.ts"
import type { Feature } from "./Operations.ts"

const canonical = (text: string, takes: string, gives: string | null = null) => ({
  name: `canon:${text.replace(/ \(.*| \$.*/, "").replaceAll(" ", "-")}`,
  text: `canon ${text}`,
  takes: takes === "" ? [] : takes.split(" "),
  gives
})
type Canonical = ReturnType<typeof canonical>

const memory = `(memory $memory)`

/** Canonical functions beside `lift` and those `lower` that call the host, by what they are about. */
export const canonicals: Readonly<Record<string, ReadonlyArray<Canonical>>> = {
  resources: [
    canonical("resource.new $resource", "i32", "i32"),
    canonical("resource.rep $resource", "i32", "i32"),
    canonical("resource.drop $resource", "i32")
  ],
  waitables: [
    canonical("waitable-set.new", "", "i32"),
    canonical(`waitable-set.poll ${memory}`, "i32 i32", "i32"),
    canonical(`waitable-set.wait ${memory}`, "i32 i32", "i32"),
    canonical("waitable-set.drop", "i32"),
    canonical("waitable.join", "i32 i32")
  ],
  subtasks: [canonical("subtask.drop", "i32"), canonical("subtask.cancel", "i32", "i32")],
  tasks: [
    canonical("task.return", ""),
    canonical("task.cancel", ""),
    canonical("backpressure.inc", ""),
    canonical("backpressure.dec", "")
  ],
  contexts: [canonical("context.get i32 0", "", "i32"), canonical("context.set i32 0", "i32")],
  threads: [
    canonical("thread.yield", "", "i32"),
    canonical("thread.index", "", "i32"),
    canonical("thread.suspend", "", "i32")
  ],
  streams: [
    canonical("stream.new $stream", "", "i64"),
    canonical(`stream.read $stream ${memory}`, "i32 i32 i32", "i32"),
    canonical(`stream.write $stream ${memory}`, "i32 i32 i32", "i32"),
    canonical("stream.cancel-read $stream", "i32", "i32"),
    canonical("stream.cancel-write $stream", "i32", "i32"),
    canonical("stream.drop-readable $stream", "i32"),
    canonical("stream.drop-writable $stream", "i32")
  ],
  futures: [
    canonical("future.new $future", "", "i64"),
    canonical(`future.read $future ${memory}`, "i32 i32", "i32"),
    canonical(`future.write $future ${memory}`, "i32 i32", "i32"),
    canonical("future.cancel-read $future", "i32", "i32"),
    canonical("future.cancel-write $future", "i32", "i32"),
    canonical("future.drop-readable $future", "i32"),
    canonical("future.drop-writable $future", "i32")
  ],
  errors: [
    canonical(`error-context.new ${memory}`, "i32 i32", "i32"),
    canonical(`error-context.debug-message ${memory} (realloc $realloc)`, "i32 i32"),
    canonical("error-context.drop", "i32")
  ],
  asynchronous: [canonical(`lower (func $logging "log-info") async ${memory}`, "i32 i32", "i32")],
  own: [canonical("lower (func $own)", "")]
}

const shared = `(core module $shared-of
    (memory (export "memory") 2)
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "size") (result i32) (memory.size))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 16384))
    (func (export "nothing")))`

const ofShared: ReadonlyArray<Imported> = [
  { name: "shared.grow", from: "shared", member: "grow", takes: ["i32"], gives: "i32" },
  { name: "shared.size", from: "shared", member: "size", takes: [], gives: "i32" }
]
const logInfo = {
  name: "logging.log-info",
  takes: ["i32", "i32"],
  gives: null,
  text: `canon lower (func $logging "log-info") ${memory}`
}

/** What a guest of {@link canonicalText} imports. */
export const importsOfCanonical = (own: ReadonlyArray<Canonical>): ReadonlyArray<Imported> => [
  ...ofShared,
  ...[logInfo, ...own].map(({ name, takes, gives }) => ({ name, from: "canonical", member: name, takes, gives }))
]

/**
 * A component whose memory belongs to another of its modules, with these canonical functions: what no tool but a text can
 * ask for.
 */
export const canonicalText = (features: ReadonlySet<Feature>, own: ReadonlyArray<Canonical>): string => {
  const functions = [logInfo, ...own]
  return `(component ${worldTypes}
  (import "alga:extension/logging" (instance $logging (export "log-info" (func (param "message" string)))))
  (type $resource (resource (rep i32)))
  (type $stream (stream u8))
  (type $future (future u8))
  ${shared}
  (core instance $shared (instantiate $shared-of))
  (alias core export $shared "memory" (core memory $memory))
  (alias core export $shared "realloc" (core func $realloc))
  (alias core export $shared "nothing" (core func $nothing))
  (func $own (canon lift (core func $nothing)))
  ${functions.map(({ text }, i) => `(core func $canonical${i} (${text}))`).join("\n  ")}
  (core instance $canonical ${functions.map(({ name }, i) => `(export "${name}" (func $canonical${i}))`).join(" ")})
  (core module $guest-of ${guestText(features, importsOfCanonical(own), { sharedMemory: true }).slice("(module".length)}
  (core instance $guest (instantiate $guest-of
    (with "shared" (instance $shared)) (with "canonical" (instance $canonical))))
  (func $handler (param "request" $request) (result $response)
    (canon lift (core func $guest "handler") (memory $memory) (realloc (core func $guest "cabi_realloc"))
      (post-return (core func $guest "cabi_post_handler"))))
  (export "handler" (func $handler))
)`
}
