import { parse } from "@bytecodealliance/jco"
import { worldTypes } from "../support/WorldTypes.ts"

/** One way to carry something over, in pieces of code of the guest. All but `look` run only where something is to be left. */
export interface Way {
  /** Gives what the guest finds of requests before, an `i32`. */
  readonly look: string
  /** Runs in the handler. */
  readonly leave?: string
  /** Runs while the host passes the request's body. */
  readonly inRealloc?: string
  /** Runs while the host passes the result of a call that `leave` made. It is in the module that owns the memory. */
  readonly inResult?: string
  /** Runs when the host has read the response. */
  readonly afterwards?: string
}

/** What a guest needs for its ways, in pieces of component text. */
export interface Parts {
  /** Fields of the guest's module. */
  readonly state?: string
  /** Definitions of the component before the guest, which may use the instance `$owner` and its `$memory`. */
  readonly component?: string
  /** Entries of the instance `x` that the guest imports, and those imports. */
  readonly entries?: string
  readonly imports?: string
}

/** Bodies of so many bytes tell the guest which of its ways to take, and what to do; no other text that it gets is as long. */
export const bytesOf = (way: number) => ({
  look: 1_000 + 3 * way,
  leave: 1_001 + 3 * way,
  leaveAndLook: 1_002 + 3 * way
})

/** Code that does what one of the ways does, where `number` is its own. */
const oneOf = (ways: ReadonlyArray<Way>, number: string, code: (way: Way) => string | undefined): string =>
  ways.map((way, i) => `(if (i32.eq ${number} (i32.const ${i})) (then ${code(way) ?? ""}))`).join("\n")

const types = `${worldTypes}
  (alias export $types "context-data" (type $context))
  (import "alga:extension/logging" (instance $logging (export "log-info" (func (param "message" string)))))
  (import "alga:extension/context" (instance $contexts
    (alias outer 1 $context (type $c))
    (export "context-data" (type $data (eq $c)))
    (export "get-context" (func (result $data)))))`

const realloc = (place: string): string => `
    (local $at i32)
    ${place}
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.set $free (i32.add (local.get $at) (local.get $size)))
    (local.get $at)`

const wayOf = (bytes: string): string => `(i32.div_u (i32.sub ${bytes} (i32.const 1000)) (i32.const 3))`
const actionOf = (bytes: string): string => `(i32.rem_u (i32.sub ${bytes} (i32.const 1000)) (i32.const 3))`

/**
 * A component that answers with what it finds, or leaves something first, as a body of {@link bytesOf} says. Its memory belongs to a
 * module of its own, so that it can be given canonical functions.
 */
export const smuggler = (
  ways: ReadonlyArray<Way>,
  { component = "", entries = "", imports = "", state = "" }: Parts = {}
): Promise<Uint8Array> =>
  parse(`(component ${types}
  (core module $owner-of
    (memory (export "memory") 2 60)
    (global $free (mut i32) (i32.const 16384))
    (global $armed (export "armed") (mut i32) (i32.const -1))
    (global $word (export "word") (mut i32) (i32.const 0))
    (func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32)
      ${realloc(oneOf(ways, "(global.get $armed)", ({ inResult }) => inResult))}))
  (core instance $owner (instantiate $owner-of))
  (alias core export $owner "memory" (core memory $memory))
  (alias core export $owner "cabi_realloc" (core func $realloc))
  (core func $log (canon lower (func $logging "log-info") (memory $memory)))
  (core func $context-of (canon lower (func $contexts "get-context") (memory $memory) (realloc $realloc)))
  ${component}
  (core instance $x (export "log" (func $log)) (export "context" (func $context-of)) ${entries})
  (core module $guest-of
    (import "owner" "memory" (memory 2 60))
    (import "owner" "armed" (global $armed (mut i32)))
    (import "owner" "word" (global $word (mut i32)))
    (import "x" "log" (func $log (param i32 i32)))
    (import "x" "context" (func $context (param i32)))
    ${imports}
    (export "memory" (memory 0))
    (global $free (mut i32) (i32.const 65536))
    (global $leaves (mut i32) (i32.const -1))
    ${state}
    (func $leave (param $way i32) ${oneOf(ways, "(local.get $way)", ({ leave }) => leave)})
    (func $look (param $way i32) (result i32)
      ${oneOf(ways, "(local.get $way)", ({ look }) => `(return ${look})`)} (unreachable))
    (func $pass (param $size i32)
      (if (i32.and (i32.ge_u (local.get $size) (i32.const 1000)) (i32.ne ${actionOf("(local.get $size)")} (i32.const 0)))
        (then ${oneOf(ways, wayOf("(local.get $size)"), ({ inRealloc }) => inRealloc)})))
    (func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32)
      ${realloc("(call $pass (local.get $size))")})
    (func (export "handler") (param $request i32) (result i32)
      (local $length i32) (local $way i32) (local $action i32)
      (local.set $length (i32.load offset=84 (local.get $request)))
      (local.set $way ${wayOf("(local.get $length)")})
      (local.set $action ${actionOf("(local.get $length)")})
      (if (local.get $action) (then
        (global.set $leaves (local.get $way)) (global.set $armed (local.get $way))
        (call $leave (local.get $way))
        (global.set $armed (i32.const -1))))
      (if (i32.ne (local.get $action) (i32.const 1)) (then (i32.store (i32.const 2048) (call $look (local.get $way)))))
      (i32.store16 (i32.const 1024) (i32.const 200))
      (i64.store offset=4 (i32.const 1024) (i64.const 0))
      (i32.store offset=12 (i32.const 1024) (i32.const 1))
      (i32.store offset=16 (i32.const 1024) (i32.const 2048))
      (i32.store offset=20 (i32.const 1024) (i32.const 4))
      (i32.const 1024))
    (func (export "cabi_post_handler") (param i32) ${oneOf(ways, "(global.get $leaves)", ({ afterwards }) => afterwards)}))
  (core instance $guest (instantiate $guest-of (with "owner" (instance $owner)) (with "x" (instance $x))))
  (func $handler (param "request" $request) (result $response)
    (canon lift (core func $guest "handler") (memory $memory) (realloc (core func $guest "cabi_realloc"))
      (post-return (core func $guest "cabi_post_handler"))))
  (export "handler" (func $handler))
)`)
