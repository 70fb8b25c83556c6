import type { SecretsHost } from "@alga-psa/extension-runtime"
import type { SecretErrorCode } from "./HostError.ts"
import { text } from "./internal/lower.ts"
import { check, failing, isText, type MockPortOptions } from "./internal/mockRules.ts"

/**
 * `host.secrets` over plain texts, for unit tests. With `fail` every `get` fails with that code, and `list` is empty where it
 * is `denied`.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, mockSecrets } from "@alga-psa/ext-extension-sdk"
 *
 * const host = createMockHostBindings({ secrets: mockSecrets({ api_key: "s3cret" }) })
 * console.log(await host.secrets.get("api_key")) // s3cret
 * await host.secrets.get("other").catch((error) => console.log(error.code)) // missing
 * ```
 */
export const mockSecrets = (
  secrets: Readonly<Record<string, string>> = {},
  { fail }: MockPortOptions<SecretErrorCode> = {}
): SecretsHost => ({
  get: async (key) => {
    const name = text(key, "key")
    failing("secrets.get", fail)
    check(isText(name, 1, 256) && Object.hasOwn(secrets, name), "secrets.get", "missing")
    return secrets[name] ?? ""
  },
  list: async () => (fail === undefined ? Object.keys(secrets) : [])
})
