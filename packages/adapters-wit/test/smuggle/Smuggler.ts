import { parse } from "@bytecodealliance/jco"
import { worldTypes } from "../support/WorldTypes.ts"

/** Pieces of component text. Each runs at its place; `leave` and those after it only where something is to be left. */
export interface Smuggler {
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
  /** Fields of the guest's module. */
  readonly state?: string
  /** Fields of the module that owns the memory, which exports `word`, a variable. */
  readonly owned?: string
  /** Definitions of the component before the guest, which may use the instance `$owner` and its `$memory`. */
  readonly component?: string
  /** Entries of the instance `x` that the guest imports, and those imports. */
  readonly entries?: string
  readonly imports?: string
  /** Options of the export. */
  readonly lift?: string
}

/** Bodies of so many bytes tell the guest what to do; no other text that it gets is as long. */
export const bytesOf = { leave: 1_001, leaveAndLook: 1_002 } as const

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

/**
 * A component that without a body answers with what it finds. With one of {@link bytesOf} it leaves something first. Its memory
 * belongs to a module of its own, so that it can be given canonical functions.
 */
export const smuggler = ({
  look,
  leave = "",
  inRealloc = "",
  inResult = "",
  afterwards = "",
  state = "",
  owned = "",
  component = "",
  entries = "",
  imports = "",
  lift = ""
}: Smuggler): Promise<Uint8Array> =>
  parse(`(component ${types}
  (core module $owner-of
    (memory (export "memory") 2 60)
    (global $free (mut i32) (i32.const 16384))
    (global $armed (export "armed") (mut i32) (i32.const 0))
    (global $word (export "word") (mut i32) (i32.const 0))
    ${owned}
    (func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32)
      ${realloc(`(if (global.get $armed) (then ${inResult}))`)}))
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
    (global $leaves (mut i32) (i32.const 0))
    ${state}
    (func $leave ${leave})
    (func $look (result i32) ${look})
    (func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32)
      ${realloc(`(if (i32.or (i32.eq (local.get $size) (i32.const ${bytesOf.leave}))
                             (i32.eq (local.get $size) (i32.const ${bytesOf.leaveAndLook}))) (then ${inRealloc}))`)})
    (func (export "handler") (param $request i32) (result i32)
      (local $length i32)
      (if (i32.load8_u offset=76 (local.get $request))
        (then (local.set $length (i32.load offset=84 (local.get $request)))))
      (if (local.get $length) (then
        (global.set $leaves (i32.const 1)) (global.set $armed (i32.const 1))
        (call $leave)
        (global.set $armed (i32.const 0))))
      (if (i32.ne (local.get $length) (i32.const ${bytesOf.leave}))
        (then (i32.store (i32.const 2048) (call $look))))
      (i32.store16 (i32.const 1024) (i32.const 200))
      (i64.store offset=4 (i32.const 1024) (i64.const 0))
      (i32.store offset=12 (i32.const 1024) (i32.const 1))
      (i32.store offset=16 (i32.const 1024) (i32.const 2048))
      (i32.store offset=20 (i32.const 1024) (i32.const 4))
      (i32.const 1024))
    (func (export "cabi_post_handler") (param i32) (if (global.get $leaves) (then ${afterwards}))))
  (core instance $guest (instantiate $guest-of (with "owner" (instance $owner)) (with "x" (instance $x))))
  (func $handler (param "request" $request) (result $response)
    (canon lift (core func $guest "handler") (memory $memory) (realloc (core func $guest "cabi_realloc"))
      (post-return (core func $guest "cabi_post_handler")) ${lift}))
  (export "handler" (func $handler))
)`)
