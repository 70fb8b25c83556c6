import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { layerInstalls, layerInvoices } from "@alga-psa/ext-adapters-memory"
import { codeOf, layerMemoryPortData, PortData } from "@alga-psa/ext-adapters-memory/contract/PortData"
import { asExecution, type InvocationData, Secrets } from "@alga-psa/ext-domain"
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Inspectable, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { layerSecretsEnvelope } from "../src/EnvelopeSecrets.ts"
import { faults, leak } from "../testing/Faults.ts"
import { layerStandInVault, StandInVault } from "../testing/StandInVault.ts"

const secret = "the-api-key-of-the-install"
const plain = JSON.stringify({ api_key: secret })
const inline = (text: string) => ({ ciphertext_b64: Buffer.from(text).toString("base64") })

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-vault-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)
let tokenFile = ""
const writeToken = (token: string) => Effect.promise(() => writeFile(tokenFile, `${token}\n`))

const byVault = Layer.unwrap(
  Effect.gen(function* () {
    const { state, url } = yield* StandInVault
    tokenFile = join(yield* folder, "token")
    yield* writeToken(state.token)
    return layerSecretsEnvelope({ address: url, mount: "transit", namespace: null, tokenFile })
  })
).pipe(Layer.provideMerge(layerStandInVault))

const data = Layer.provide(layerMemoryPortData, [layerInstalls, layerInvoices])

const get = Effect.flatMap(Secrets, (secrets) => secrets.get("api_key"))
const listKeys = Effect.flatMap(Secrets, (secrets) => secrets.listKeys)

/** An execution whose caller sent this envelope. */
const sealed = Effect.fnUntraced(function* (envelope: Readonly<Record<string, unknown>>, of?: InvocationData) {
  const execution = of ?? (yield* Effect.flatMap(PortData, (it) => it.execution()))
  return { ...execution, settings: Redacted.make({ config: {}, secretEnvelope: envelope }) }
})
const opened = (envelope: Readonly<Record<string, unknown>>, of?: InvocationData) =>
  Effect.flatMap(sealed(envelope, of), (execution) => asExecution(execution)(get))

layer(Layer.merge(layerSecretsEnvelope(null), data))("An envelope without Vault", (it) => {
  it.effect("holds the secrets as they are, by whatever other name its algorithm goes", () =>
    Effect.gen(function* () {
      for (const algorithm of [{}, { algorithm: null }, { algorithm: "inline/base64" }, { algorithm: "another" }]) {
        assert.strictEqual(yield* opened({ ...inline(plain), ...algorithm }), secret)
      }
    })
  )

  it.effect("holds none where it is blank", () =>
    Effect.gen(function* () {
      for (const ciphertext_b64 of ["", "  ", null]) {
        assert.deepEqual(yield* asExecution(yield* sealed({ ciphertext_b64 }))(listKeys), [])
      }
    })
  )

  it.effect("keeps a secret with a name of JavaScript's own", () =>
    Effect.gen(function* () {
      const execution = yield* sealed(inline('{"__proto__":"a","constructor":"b"}'))
      assert.deepEqual([...(yield* asExecution(execution)(listKeys))].sort(), ["__proto__", "constructor"])
    })
  )

  it.effect.each([
    inline("no JSON"),
    inline("[]"),
    inline("null"),
    inline('{"api_key":5}'),
    { ciphertext_b64: 5 },
    { ciphertext_b64: "a".repeat(262_145) },
    { ...inline(plain), algorithm: 5 },
    { ...inline(plain), algorithm: " Vault-Transit/aes " }
  ])("fails where it cannot be opened, and tells nothing of itself (%#)", (envelope) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(opened(envelope))
      assert.strictEqual(error.code, "internal")
      const told = `${String(error.cause)} ${JSON.stringify(error)}`
      for (const part of ["no JSON", secret, String(envelope.ciphertext_b64).slice(0, 40)]) {
        if (part.length > 1) assert.notInclude(told, part)
      }
    })
  )
})

const transit = { algorithm: "vault-transit", key_path: "extensions" }

layer(Layer.merge(byVault, data))("An envelope of Vault's", (it) => {
  it.effect("is opened by Vault once, however many ask, and asked for again after 30 seconds", () =>
    Effect.gen(function* () {
      const vault = yield* StandInVault
      const execution = yield* sealed({ ...transit, ciphertext_b64: vault.seal(plain) })
      const asked = asExecution(execution)(get)
      vault.received.length = 0
      assert.deepEqual(
        yield* Effect.all(
          Array.from({ length: 10 }, () => asked),
          { concurrency: 10 }
        ),
        Array.from({ length: 10 }, () => secret)
      )
      yield* TestClock.adjust("29 seconds")
      yield* asked
      assert.strictEqual(vault.received.length, 1)
      const [request] = vault.received
      assert.strictEqual(`${request?.method} ${request?.url}`, "POST /v1/transit/decrypt/extensions")
      yield* TestClock.adjust("2 seconds")
      yield* asked
      assert.strictEqual(vault.received.length, 2)
    })
  )

  it.effect("is kept no longer than 30 seconds where the time of day is set back meanwhile", () =>
    Effect.gen(function* () {
      const vault = yield* StandInVault
      const asked = asExecution(yield* sealed({ ...transit, ciphertext_b64: vault.seal(plain) }))(get)
      yield* TestClock.adjust("2 days")
      vault.received.length = 0
      yield* asked
      yield* TestClock.setTime(0)
      yield* TestClock.adjust("29 seconds")
      yield* asked
      assert.strictEqual(vault.received.length, 1)
      yield* TestClock.adjust("2 seconds")
      yield* asked
      yield* asked
      assert.strictEqual(vault.received.length, 2)
    })
  )

  it.effect("is kept no longer than until its end", () =>
    Effect.gen(function* () {
      const vault = yield* StandInVault
      const envelope = { ...transit, ciphertext_b64: vault.seal(plain) }
      const execution = yield* sealed({ ...envelope, expires_at: new Date(10_000_000_005_000).toISOString() })
      yield* TestClock.setTime(10_000_000_000_000)
      const asked = asExecution(execution)(get)
      vault.received.length = 0
      yield* asked
      yield* asked
      assert.strictEqual(vault.received.length, 1)
      yield* TestClock.adjust("6 seconds")
      yield* asked
      yield* asked
      assert.strictEqual(vault.received.length, 3)
    })
  )

  it.effect("is another for another install, version, key or content", () =>
    Effect.gen(function* () {
      const vault = yield* StandInVault
      const envelope = { ...transit, ciphertext_b64: vault.seal(plain) }
      const own = yield* Effect.flatMap(PortData, (it) => it.execution())
      const other = yield* Effect.flatMap(PortData, (it) => it.execution({}, own.tenantId))
      const more = vault.seal(JSON.stringify({ api_key: "another" }))
      vault.received.length = 0
      yield* opened(envelope, own)
      yield* opened(envelope, other)
      yield* opened(envelope, { ...own, versionId: "another" })
      yield* opened({ ...envelope, version: "2" }, own)
      assert.strictEqual(yield* opened({ ...envelope, ciphertext_b64: more }, own), "another")
      assert.strictEqual(vault.received.length, 5)
    })
  )

  it.effect("is asked for at the mount and key that it names, and at no other path", () =>
    Effect.gen(function* () {
      const vault = yield* StandInVault
      const ciphertext_b64 = vault.seal(plain, "own key", "team/transit")
      assert.strictEqual(
        yield* opened({
          ...transit,
          ciphertext_b64: vault.seal(plain, "k", "team/transit"),
          mount: "team/transit",
          key_path: "k"
        }),
        secret
      )
      vault.received.length = 0
      for (const key_path of [null, "", "..", "a/../../sys", "a//b"]) {
        assert.strictEqual(yield* codeOf(opened({ ...transit, ciphertext_b64, key_path })), "internal")
      }
      assert.strictEqual(vault.received.length, 0)
    })
  )

  it.effect("is refused with another token, and opened with the one that came in its place", () =>
    Effect.gen(function* () {
      const vault = yield* StandInVault
      const before = vault.state.token
      const ciphertext_b64 = vault.seal(plain)
      vault.state.token = "the-next-token"
      const error = yield* Effect.flip(opened({ ...transit, ciphertext_b64 }))
      assert.match(String(error.cause), /Vault does not open the secret envelope \(403\)/)
      assert.notInclude(Inspectable.toStringUnknown(error), before)
      yield* writeToken("the-next-token")
      assert.strictEqual(yield* opened({ ...transit, ciphertext_b64 }), secret)
      for (const token of ["", "a b", "a".repeat(9_000)]) {
        yield* writeToken(token)
        assert.strictEqual(yield* codeOf(opened({ ...transit, ciphertext_b64 })), "internal")
      }
      yield* writeToken("the-next-token")
    })
  )

  const bad = Object.entries(faults).filter(([name]) => name !== "is silent" && name !== "says a length and sends less")
  it.effect.each(bad)("is not opened by a Vault that %s, which is told nothing", ([, fault]) =>
    Effect.gen(function* () {
      const vault = yield* StandInVault
      vault.fault = fault
      const error = yield* Effect.flip(opened({ ...transit, ciphertext_b64: vault.seal(plain) }))
      vault.fault = null
      assert.strictEqual(error.code, "internal")
      assert.notInclude(`${Inspectable.toStringUnknown(error)} ${String(error.cause)}`, leak)
    })
  )

  it.effect("is waited for no longer than 10 seconds", () =>
    Effect.gen(function* () {
      const vault = yield* StandInVault
      const arrived = Promise.withResolvers<void>()
      vault.fault = () => arrived.resolve()
      const asked = yield* Effect.forkChild(Effect.flip(opened({ ...transit, ciphertext_b64: vault.seal(plain) })))
      yield* Effect.promise(() => arrived.promise)
      yield* TestClock.adjust("10 seconds")
      vault.fault = null
      const error = yield* Fiber.join(asked)
      assert.strictEqual(error.code, "internal")
    })
  )
})
