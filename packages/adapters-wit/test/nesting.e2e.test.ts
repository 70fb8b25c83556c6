import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { defaultLimits } from "../src/index.ts"
import { callOf, doneWith, talk } from "./support/Replay.ts"

const nested = (levels: number): unknown => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`)

const good = { status: 200, headers: [], body: null }

describe("What a process sends that is no component's any more", () => {
  it.live.each([
    { what: "a call nested as deep as the limit", arg: nested(8), response: good, seen: { end: "200", calls: 1 } },
    {
      what: "a call nested deeper",
      arg: nested(9),
      response: good,
      seen: { end: "too-nested (nesting)", calls: 0 }
    },
    {
      what: "a response nested as deep as the limit, which is none of the world's",
      arg: null,
      response: nested(8),
      seen: { end: "response-invalid (null)", calls: 1 }
    },
    {
      what: "a response nested deeper",
      arg: null,
      response: nested(9),
      seen: { end: "too-nested (nesting)", calls: 1 }
    }
  ])("ends as it must for $what", ({ arg, response, seen }) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* talk([callOf(arg), doneWith(response)], { ...defaultLimits, nesting: 8 }), seen)
    })
  )
})
