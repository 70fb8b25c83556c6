import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { HttpServerResponse } from "effect/http"
import { answered } from "../src/internal/http/answer.ts"
import { fail } from "../src/RunnerError.ts"

const quiet = Effect.provide(Logger.layer([]))

const given = (answer: Parameters<typeof answered<never>>[0]) =>
  Effect.map(quiet(answered(answer)), ({ body, status }) => ({
    status,
    text: body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : body._tag
  }))

const internal = { status: 500, text: '{"status":500,"headers":{},"error":"internal"}' }

describe("an answer", () => {
  it.effect("is what was made, or says why there is none", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* given(Effect.succeed(HttpServerResponse.text("made")))).text, "made")
      assert.strictEqual((yield* given(Effect.fail(fail("overloaded")))).status, 503)
    })
  )

  it.effect("of secrets that cannot be opened is one of 200, and says in its body that nothing ran", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* given(Effect.fail(fail("secret_decrypt_failed", "", new Error("private")))), {
        status: 200,
        text: '{"status":500,"headers":{},"error":"secret_decrypt_failed"}'
      })
    })
  )

  it.effect("has a body too where something broke, or where what it waited for was ended", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* given(Effect.die("broken")), internal)
      assert.deepStrictEqual(yield* given(Effect.interrupt), internal)
    })
  )
})
