import { once } from "node:events"
import type { Server } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Duration, Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { executeAnswer } from "../src/internal/http/executeAnswer.ts"
import { timedServer } from "../src/internal/http/timedServer.ts"
import { layerHttp } from "../src/Runner.ts"
import { makeWaitingAnswers, WaitingAnswers, type WaitingAnswersService } from "../src/WaitingAnswers.ts"

const large = 12_000_000
const request = "GET / HTTP/1.1\r\nhost: a\r\n\r\n"

/** A caller that sends a request and takes nothing of its answer until it is told to. */
const sender = (port: number) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const socket = connect({ port, host: "127.0.0.1" }).pause()
      socket.on("error", () => undefined)
      await once(socket, "connect")
      socket.write(request)
      return socket
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

const takeAll = (socket: Socket) =>
  Effect.promise(async () => {
    let bytes = 0
    socket.on("data", (chunk: Buffer) => {
      bytes += chunk.byteLength
    })
    socket.resume()
    await once(socket, "close")
    return bytes
  })

const listening = (server: Server) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      server.listen(0, "127.0.0.1")
      await once(server, "listening")
      return (server.address() as AddressInfo).port
    }),
    () =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  )

describe("A caller that does not take its answer", () => {
  it.live("is cut off when its time is over", () =>
    Effect.gen(function* () {
      const server = timedServer({}, 200)
      const ended = new Promise<boolean>((resolve) => {
        server.on("request", (_, response) => {
          response.once("close", () => resolve(response.writableFinished))
          response.end(Buffer.alloc(large))
        })
      })
      const caller = yield* sender(yield* listening(server))
      assert.isFalse(yield* Effect.promise(() => ended))
      assert.isBelow(yield* takeAll(caller), large)
    }).pipe(Effect.scoped)
  )

  it.live("is not cut off where it takes it in time, and may ask again", () =>
    Effect.gen(function* () {
      const server = timedServer({}, 30_000)
      const ended: Array<Promise<unknown>> = []
      server.on("request", (_, response) => {
        ended.push(once(response, "close").then(() => response.writableFinished))
        response.end("short")
      })
      const caller = yield* sender(yield* listening(server))
      let received = ""
      caller.on("data", (chunk: Buffer) => {
        received += chunk.toString()
      })
      const answers = (count: number) =>
        Effect.promise(async () => {
          while (received.split("short").length <= count) await once(caller, "data")
        })
      caller.resume()
      yield* answers(1)
      caller.write(request)
      yield* answers(2)
      assert.deepEqual(yield* Effect.promise(() => Promise.all(ended)), [true, true])
    }).pipe(Effect.scoped)
  )
})

const answer = { status: 200, headers: { "x-a": 'ä"' }, body_b64: Buffer.alloc(large, 7).toString("base64") }

/** Serves the answer, and tells when it begins to count among those that wait, with what room there is then, and ceases to. */
const serving = Effect.fnUntraced(function* (answerTimeout: Duration.Duration) {
  const held = yield* Deferred.make<boolean>()
  const released = yield* Deferred.make<void>()
  const answers = makeWaitingAnswers(1_000)
  const watched: WaitingAnswersService = {
    ...answers,
    hold: (tenant, bytes) =>
      Effect.acquireRelease(Effect.void, () => Deferred.succeed(released, undefined)).pipe(
        Effect.andThen(answers.hold(tenant, bytes)),
        Effect.tap(() => Deferred.succeed(held, answers.hasRoom(tenant)))
      )
  }
  const route = HttpRouter.add(
    "GET",
    "/",
    Effect.provideService(executeAnswer("acme", answer), WaitingAnswers, watched)
  )
  const services = yield* Layer.build(layerHttp(route, { host: "127.0.0.1", port: 0, answerTimeout }))
  const { address } = Context.get(services, HttpServer.HttpServer)
  return { answers, held, port: "port" in address ? address.port : 0, released }
})

describe("The answer to an execution", () => {
  it.live("counts among those that wait until its caller has taken it, whole and as it is", () =>
    Effect.gen(function* () {
      const { answers, port, released } = yield* serving(Duration.seconds(30))
      const response = yield* Effect.promise(() => fetch(`http://127.0.0.1:${port}/`))
      assert.isFalse(answers.hasRoom("acme"))
      assert.deepEqual(yield* Effect.promise(() => response.json()), answer)
      assert.deepEqual(
        [response.headers.get("content-type"), response.headers.get("cache-control")],
        ["application/json", "no-store"]
      )
      yield* Deferred.await(released)
      assert.isTrue(answers.hasRoom("acme"))
    }).pipe(Effect.scoped)
  )

  it.live.each([
    { what: "hangs up", take: (caller: Socket) => Effect.sync(() => caller.destroy()), seconds: 30 },
    { what: "takes nothing for too long", take: () => Effect.void, seconds: 1 }
  ])("ceases to count when its caller $what", ({ seconds, take }) =>
    Effect.gen(function* () {
      const { answers, held, port, released } = yield* serving(Duration.seconds(seconds))
      const caller = yield* sender(port)
      assert.isFalse(yield* Deferred.await(held))
      yield* take(caller)
      yield* Deferred.await(released)
      assert.isTrue(answers.hasRoom("acme"))
    }).pipe(Effect.scoped)
  )
})
