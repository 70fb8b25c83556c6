import { Buffer } from "node:buffer"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { type HostCall, ok } from "../src/index.ts"
import { bytesOf, type Parts, smuggler, type Way } from "./smuggle/Smuggler.ts"
import { run, sandboxOf } from "./support/Run.ts"

interface Attempt extends Way {
  readonly name: string
  /** What a request that leaves something ends with, where that is no answer. */
  readonly ends?: string
  /** Whether it is left when the request can look no more, so that one that leaves and looks finds nothing either. */
  readonly late?: boolean
}

const resources: Parts = {
  component: `(type $resource (resource (rep i32)))
    (core func $new (canon resource.new $resource)) (core func $drop (canon resource.drop $resource))
    (core func $rep (canon resource.rep $resource))`,
  entries: `(export "new" (func $new)) (export "drop" (func $drop)) (export "rep" (func $rep))`,
  imports: `(import "x" "new" (func $new (param i32) (result i32))) (import "x" "drop" (func $drop (param i32)))
    (import "x" "rep" (func $rep (param i32) (result i32)))`
}
const nextHandle = "(call $new (i32.const 5))"
const newHandle = `(drop ${nextHandle})`
const sizeOfMemory = "(memory.size)"
const grow = "(drop (memory.grow (i32.const 1)))"
const wildCall = "(call $log (i32.const -1) (i32.const 10))"
const context = "(call $context (i32.const 4096))"
const caught = (code: string): string => `(block $caught (try_table (catch_all $caught) ${code}))`
const word = { look: "(i32.load (i32.const 3000))", leave: "(i32.store (i32.const 3000) (i32.const 77))" }

/** Attempts that need the same, made by one component. */
interface Group {
  readonly parts?: Parts
  readonly attempts: ReadonlyArray<Attempt>
}

const groups: ReadonlyArray<Group> = [
  {
    attempts: [
      { name: "memory taken in the handler", look: sizeOfMemory, leave: grow },
      { name: "memory taken while the host passes the request", look: sizeOfMemory, inRealloc: grow },
      { name: "memory taken while the host passes a result", look: sizeOfMemory, leave: context, inResult: grow },
      { name: "memory taken after the response", look: sizeOfMemory, afterwards: grow, late: true },
      { name: "a word in memory, written after the response", look: word.look, afterwards: word.leave, late: true },
      {
        name: "a call of the host while the host passes the request",
        look: word.look,
        inRealloc: `(call $log (i32.const 0) (i32.const 1)) ${word.leave}`
      },
      {
        name: "a call of the host while the host passes a result",
        look: word.look,
        leave: "(call $context (i32.const 4096)) (call $context (i32.const 4096))",
        inResult: word.leave
      },
      {
        name: "a call of the host after the response",
        look: word.look,
        afterwards: `(call $log (i32.const 0) (i32.const 1)) ${word.leave}`,
        ends: "trap"
      },
      { name: "a call with a wild pointer that it catches", look: sizeOfMemory, leave: caught(wildCall), ends: "trap" },
      {
        name: "a trap while the host passes a result, which it catches",
        look: sizeOfMemory,
        leave: `${grow} ${caught(context)}`,
        inResult: "(unreachable)",
        ends: "trap"
      },
      {
        name: "a trap after the response",
        look: sizeOfMemory,
        afterwards: `${grow} (unreachable)`,
        ends: "trap"
      },
      {
        name: "a global variable of another module",
        look: "(global.get $word)",
        leave: "(global.set $word (i32.const 5))"
      },
      {
        name: "a global variable of another module, set while the host passes a result",
        look: "(global.get $word)",
        leave: context,
        inResult: "(global.set $word (i32.const 5))"
      }
    ]
  },
  {
    parts: resources,
    attempts: [
      { name: "a handle that it keeps", look: nextHandle, leave: newHandle },
      {
        name: "the order in which it gave handles back",
        look: nextHandle,
        leave: `${newHandle} ${newHandle} (call $drop (i32.const 1)) (call $drop (i32.const 2))`
      },
      {
        name: "a handle's number for a value",
        look: "(call $rep (call $new (i32.add (i32.load (i32.const 3000)) (i32.const 1))))",
        leave: `(i32.store (i32.const 3000) (call $rep (call $new (i32.const 9))))`
      },
      { name: "a handle made while the host passes the request", look: nextHandle, inRealloc: newHandle },
      { name: "a handle made after the response", look: nextHandle, afterwards: newHandle, ends: "trap" }
    ]
  },
  {
    parts: { state: `(global $kept (export "kept") (mut funcref) (ref.null func)) (elem declare func $leave)` },
    attempts: [
      {
        name: "an exported variable that holds a reference",
        look: "(ref.is_null (global.get $kept))",
        leave: "(global.set $kept (ref.func $leave))"
      }
    ]
  },
  {
    parts: { state: "(table $table 1 50 funcref)" },
    attempts: [
      {
        name: "a table that grows while the host passes the request",
        look: "(table.size $table)",
        inRealloc: "(drop (table.grow $table (ref.null func) (i32.const 1)))"
      }
    ]
  },
  {
    parts: { state: `(table $table (export "table") 1 50 funcref) (elem declare func $leave)` },
    attempts: [
      {
        name: "an exported table",
        look: "(ref.is_null (table.get $table (i32.const 0)))",
        leave: "(table.set $table (i32.const 0) (ref.func $leave))"
      }
    ]
  },
  {
    parts: {
      state: `(type $numbers (array (mut i32)))
      (global $kept (ref $numbers) (array.new_default $numbers (i32.const 1)))`
    },
    attempts: [
      {
        name: "an array behind a variable that never changes",
        look: "(array.get $numbers (global.get $kept) (i32.const 0))",
        leave: "(array.set $numbers (global.get $kept) (i32.const 0) (i32.const 5))"
      }
    ]
  },
  {
    parts: { state: "(global $kept (mut i31ref) (ref.null i31))" },
    attempts: [
      {
        name: "a small number as a reference",
        look: "(if (result i32) (ref.is_null (global.get $kept)) (then (i32.const 0)) (else (i31.get_u (global.get $kept))))",
        leave: "(global.set $kept (ref.i31 (i32.const 5)))"
      }
    ]
  },
  {
    parts: {
      component: `(core module $counter-of (global $count (mut i32) (i32.const 0))
        (func (export "count") (result i32)
          (global.set $count (i32.add (global.get $count) (i32.const 1))) (global.get $count)))
      (core instance $one (instantiate $counter-of)) (core instance $two (instantiate $counter-of))`,
      entries: `(export "count" (func $two "count"))`,
      imports: `(import "x" "count" (func $count (result i32)))`
    },
    attempts: [{ name: "the second instance of a module", look: "(call $count)", leave: "(drop (call $count))" }]
  },
  {
    parts: {
      component: `(component $counter-of
        (core module $module (global $count (mut i32) (i32.const 0))
          (func (export "count") (result i32)
            (global.set $count (i32.add (global.get $count) (i32.const 1))) (global.get $count)))
        (core instance $instance (instantiate $module))
        (func (export "count") (result u32) (canon lift (core func $instance "count"))))
      (instance $counter (instantiate $counter-of))
      (core func $count (canon lower (func $counter "count")))`,
      entries: `(export "count" (func $count))`,
      imports: `(import "x" "count" (func $count (result i32)))`
    },
    attempts: [{ name: "a component inside it", look: "(call $count)", leave: "(drop (call $count))" }]
  },
  {
    parts: {
      state: `(func $begin (i32.store (i32.const 3000) (i32.add (i32.load (i32.const 3000)) (i32.const 1)))) (start $begin)`
    },
    attempts: [{ name: "what its start counts", look: "(i32.load (i32.const 3000))", leave: "(call $begin)" }]
  }
]

const attempts = groups.flatMap(({ attempts, parts }) => {
  const guest = smuggler(attempts, parts)
  return attempts.map((attempt, way) => ({ ...attempt, guest, bytes: bytesOf(way) }))
})

const refusals: ReadonlyArray<Way & { readonly name: string; readonly ends: string; readonly parts: Parts }> = [
  {
    name: "an exception of its own, which it catches",
    look: sizeOfMemory,
    parts: { state: "(tag $tag)" },
    leave: caught("(throw $tag)"),
    ends: "not-a-component"
  },
  {
    name: "an exception of its own, which it keeps in a variable",
    look: "(ref.is_null (global.get $kept))",
    parts: { state: "(global $kept (mut exnref) (ref.null exn))" },
    ends: "not-a-component"
  },
  {
    name: "a variable of its task",
    look: "(call $kept)",
    parts: {
      component: "(core func $kept (canon context.get i32 0)) (core func $keep (canon context.set i32 0))",
      entries: `(export "kept" (func $kept)) (export "keep" (func $keep))`,
      imports: `(import "x" "kept" (func $kept (result i32))) (import "x" "keep" (func $keep (param i32)))`
    },
    leave: "(call $keep (i32.const 5))",
    ends: "canonical-function"
  },
  {
    name: "a canonical function inside a component inside it",
    look: sizeOfMemory,
    parts: { component: "(component $inner (component $innermost (core func $set (canon waitable-set.new))))" },
    ends: "canonical-function"
  }
]

const contextData = { requestId: "r", tenantId: "t", extensionId: "e", installId: "i", versionId: "v" }
const host = (call: HostCall) => Effect.succeed(ok(call.function === "getContext" ? contextData : null))

/** What a request finds, or the reason that it ended with. */
const ask = (guest: Promise<Uint8Array>, bytes: number, installId = "install", tenantId = "tenant") =>
  Effect.match(run(guest, { installId, tenantId, host, body: new Uint8Array(bytes) }), {
    onFailure: (error) => ("reason" in error ? error.reason : error._tag) as string,
    onSuccess: ({ body }) => (body === null ? "nothing" : Buffer.from(body).toString("hex"))
  })

layer(sandboxOf({ spares: 0 }), { excludeTestServices: true })("A guest carries nothing over by", (it) => {
  it.effect.each(attempts)("$name", ({ bytes, ends, guest, late }) =>
    Effect.gen(function* () {
      const look = ask(guest, bytes.look)
      const leave = ask(guest, bytes.leave)
      const first = yield* look
      assert.match(first, /^[0-9a-f]{8}$/)
      // A process that a trap ended is gone, however often that was.
      for (const times of ends === undefined ? [1, 2] : [1]) {
        for (let i = 0; i < times; i++) {
          assert.strictEqual(yield* leave, ends ?? "00000000")
        }
        assert.strictEqual(yield* look, first)
      }
      if (ends !== undefined || late) return
      assert.notStrictEqual(yield* ask(guest, bytes.leaveAndLook), first)
      assert.strictEqual(yield* look, first)
    })
  )

  it.effect.each(refusals)("$name: it is refused", ({ ends, parts, ...way }) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* ask(smuggler([way], parts), bytesOf(0).look), ends)
    })
  )
})

const shared = sandboxOf({ spares: 0, processPer: "component" })

layer(shared, { excludeTestServices: true })(
  "In a process that installs of two tenants share, a guest carries nothing over by",
  (it) => {
    it.effect.each(attempts)("$name", ({ bytes, ends, guest, name }) =>
      Effect.gen(function* () {
        const looks = [
          ask(guest, bytes.look, name, "other tenant"),
          ask(guest, bytes.look, name),
          ask(guest, bytes.look, `${name}, again`),
          ask(guest, bytes.look, `${name}, for the first time`, "third tenant")
        ]
        const first = yield* ask(guest, bytes.look, name, "other tenant")
        assert.match(first, /^[0-9a-f]{8}$/)
        // A process that a trap ended is gone, for those who ask later too.
        for (const look of ends === undefined ? looks : looks.slice(0, 2)) {
          assert.strictEqual(yield* ask(guest, bytes.leave, name), ends ?? "00000000")
          assert.strictEqual(yield* look, first)
        }
      })
    )
  }
)
