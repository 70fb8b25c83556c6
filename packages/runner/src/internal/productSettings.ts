import { Schema } from "effect"
import { number } from "./numberSettings.ts"
import { about } from "./settingAbout.ts"

const text = Schema.NonEmptyString
const url = Schema.String.check(
  Schema.isPattern(/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/i, {
    message: "must be a URL such as https://alga.example.com, without a user, a password or a query"
  }),
  Schema.makeFilter((given) => URL.canParse(given), { message: "must be a URL such as https://alga.example.com" })
)
const headerText = Schema.String.check(
  Schema.isPattern(/^[\x21-\x7e]{1,4096}$/, { message: "must be visible ASCII characters, at most 4096" })
)

/** The settings of the ports that the product answers, by the product's own names. */
export const productFields = {
  STORAGE_API_BASE_URL: Schema.optional(url).pipe(
    about("The product's internal API, for storage, schedules and invoices.", "URL")
  ),
  REGISTRY_BASE_URL: Schema.optional(url).pipe(
    about("The product's internal API, if STORAGE_API_BASE_URL is not set.", "URL")
  ),
  RUNNER_STORAGE_API_TOKEN: Schema.optional(Schema.RedactedFromValue(headerText)).pipe(
    about(
      "The token that the runner sends to the product's internal API as x-runner-auth. Default: RUNNER_SERVICE_TOKEN.",
      "text",
      {
        secret: true
      }
    )
  ),
  UI_PROXY_BASE_URL: Schema.optional(url).pipe(about("The URL that the routes of ui-proxy are appended to.", "URL")),
  UI_PROXY_TIMEOUT_MS: number({
    purpose: "How long a route of ui-proxy may take.",
    unit: "milliseconds",
    default: 5_000,
    least: 1,
    most: 30_000
  }),
  VAULT_ADDR: Schema.optional(url).pipe(
    about("The address of Vault, which opens the secret envelopes that it sealed.", "URL")
  ),
  ALGA_VAULT_ADDR: Schema.optional(url).pipe(about("The address of Vault, if VAULT_ADDR is not set.", "URL")),
  ALGA_VAULT_TRANSIT_MOUNT: text.pipe(
    about("The mount of Vault's transit engine, if an envelope names none.", "path", { fallback: "transit" })
  ),
  VAULT_NAMESPACE: Schema.optional(headerText).pipe(about("The namespace in Vault.", "text")),
  ALGA_VAULT_TOKEN_FILE: text.pipe(
    about("The file with the token for Vault; it is read again for each request.", "path", {
      fallback: "/run/secrets/alga_vault_token"
    })
  ),
  ALGA_EXTENSION_RUNNER_TRIGGER_SECRETS: Schema.Literals(["on", "off"])
    .annotate({ message: "must be on or off" })
    .pipe(
      about("on reads the secret envelope of a kept trigger from the database; needs db role --secrets.", "on, off", {
        fallback: "off"
      })
    )
}
