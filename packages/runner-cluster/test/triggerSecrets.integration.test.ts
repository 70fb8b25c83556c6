import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { layerStandInVault, StandInVault } from "@alga-psa/ext-adapters-http/testing/StandInVault"
import { ids } from "@alga-psa/ext-adapters-memory"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { adminCase, executeBody } from "@alga-psa/ext-development-host/DemoCase"
import { triggers } from "@alga-psa/ext-runner/commands/triggers"
import { commandRun } from "@alga-psa/ext-runner/testing/CommandRun"
import { token } from "@alga-psa/ext-runner/testing/ServeProgram"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { clusterSetting, ended, fixture, type Install, inline, type Runner } from "./support/ClusterSetting.ts"

/** What the scheduler sends along: the trigger keeps none of it. */
const sent = {
  config: { mode: "sent-configuration" },
  secret_envelope: { ciphertext_b64: inline({ api_key: "sent" }) }
}

/** Has a trigger kept, and gives where its outcome can be asked for. */
const keep = ({ url }: Runner, { hash, ...change }: Install) =>
  Effect.promise(async () => {
    const body = executeBody({ ...adminCase, ...change, user: null, trigger: "schedule", path: "/" }, hash)
    const { config, ...envelope } = sent
    const answer = await fetch(`${url}/v1/execute`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-runner-service-token": token,
        "x-alga-tenant": ids.tenants.acme,
        "x-alga-extension": change.extension,
        prefer: "respond-async"
      },
      body: JSON.stringify({ ...body, ...envelope, context: { ...body.context, config } })
    })
    assert.strictEqual(answer.status, 202)
    return String(answer.headers.get("location"))
  })

describe("the secrets of a kept trigger", () => {
  it.live(
    "are its install's, inline or of Vault, read anew for each attempt and stored by no runner",
    () =>
      Effect.gen(function* () {
        const vault = yield* StandInVault
        const setting = yield* clusterSetting(Redacted.value(yield* testDatabase))
        const archive = yield* fixture("all-secrets")
        const capabilities = ["cap:secrets.get"]
        const [plain, sealed, bare] = yield* Effect.all([
          setting.install(archive, capabilities),
          setting.install(archive, capabilities),
          setting.install(archive, capabilities)
        ])
        const ofVault = vault.seal(JSON.stringify({ api_key: "opened-by-vault" }))
        yield* setting.putSecrets(plain, inline({ api_key: "first" }), "inline/base64")
        yield* setting.putSecrets(sealed, ofVault, "vault-transit", "'extensions'")

        const tokenFile = join(setting.folder, "vault-token")
        yield* Effect.promise(() => writeFile(tokenFile, "a-token-that-is-none"))
        const runner = yield* setting.start({
          ALGA_EXTENSION_RUNNER_TRIGGER_SECRETS: "on",
          DATABASE_ROW_SECURITY: "on",
          VAULT_ADDR: vault.url.origin,
          ALGA_VAULT_TOKEN_FILE: tokenFile
        })
        assert.deepStrictEqual(yield* ended(runner, yield* keep(runner, plain), "done"), { api_key: "first" })
        yield* setting.putSecrets(plain, inline({ api_key: "second" }), "inline/base64")
        assert.deepStrictEqual(yield* ended(runner, yield* keep(runner, plain), "done"), { api_key: "second" })
        assert.deepStrictEqual(yield* ended(runner, yield* keep(runner, bare), "done"), {})

        const refused = yield* keep(runner, sealed)
        assert.strictEqual(yield* ended(runner, refused, "dead"), "secret_decrypt_failed")
        const [row] = yield* setting.rows<{ request: string; rest: string }>(`
          SELECT request, (SELECT json_agg(t)::text FROM alga_extension_cluster.trigger AS t) AS rest
          FROM alga_extension_cluster.trigger WHERE state = 'dead'`)
        assert.include(row?.request, sealed.install)
        for (const told of [ofVault, sent.secret_envelope.ciphertext_b64, sent.config.mode, "envelope"]) {
          assert.notInclude(row?.rest, told)
        }

        yield* Effect.promise(() => writeFile(tokenFile, vault.state.token))
        const id = refused.split("/").at(-1) ?? ""
        const replayed = yield* commandRun(triggers)(["triggers", "replay", "--id", id], setting.settings)
        assert.strictEqual(replayed.code, 0)
        assert.deepStrictEqual(yield* ended(runner, refused, "done"), { api_key: "opened-by-vault" })
      }).pipe(Effect.provide(layerStandInVault)),
    300_000
  )
})
