import { parseAddressRanges } from "@alga-psa/ext-adapters-http/EgressAddresses"
import { parseEgressAllowlist } from "@alga-psa/ext-adapters-http/EgressAllowlist"
import { Result, Schema } from "effect"
import { time } from "./durationSetting.ts"
import { number } from "./numberSettings.ts"
import { about } from "./settingAbout.ts"

/** A text that this can parse; the value stays the text. */
const parsed = (parse: (text: string) => Result.Result<unknown, string>) =>
  Schema.String.check(
    Schema.makeFilter((text) => Result.match(parse(text), { onFailure: String, onSuccess: () => undefined }))
  )

const proxy = Schema.String.check(
  Schema.isPattern(/^https?:\/\/[^\s/?#]+\/?$/i, { message: "must be a URL such as http://user:password@proxy:3128" }),
  Schema.makeFilter((given) => URL.canParse(given), {
    message: "must be a URL such as http://user:password@proxy:3128"
  })
).pipe(Schema.RedactedFromValue)

/** The settings of requests to the outside. */
export const egressFields = {
  EXT_EGRESS_ALLOWLIST: Schema.optional(parsed(parseEgressAllowlist)).pipe(
    about("The hosts that extensions may send requests to, separated by commas; subdomains are included.", "hosts")
  ),
  ALGA_EXTENSION_RUNNER_EGRESS_PRIVATE_ADDRESSES: Schema.optional(parsed(parseAddressRanges)).pipe(
    about("Addresses that a listed host may have although they are not public, separated by commas.", "addresses")
  ),
  ALGA_EXTENSION_RUNNER_EGRESS_PROXY: Schema.optional(proxy).pipe(
    about("The proxy for requests of extensions; the runner gives it the host's address.", "URL", { secret: true })
  ),
  ALGA_EXTENSION_RUNNER_EGRESS_TIMEOUT: time({
    purpose: "How long a request of an extension may take, within its execution's own time.",
    default: "30 seconds",
    least: "100 millis"
  }),
  ALGA_EXTENSION_RUNNER_EGRESS_REQUESTS: number({
    purpose: "Requests to the outside that one execution may send.",
    unit: "requests",
    default: 100,
    least: 1,
    most: 100_000
  }),
  ALGA_EXTENSION_RUNNER_EGRESS_CONCURRENCY: number({
    purpose:
      "Concurrent requests to the outside; a tenant may have three quarters. More requests wait, within their time.",
    unit: "requests",
    default: 64,
    least: 1,
    most: 1_024
  })
}
