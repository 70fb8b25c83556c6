import { parseAddressRanges } from "@alga-psa/ext-adapters-http/EgressAddresses"
import { parseEgressAllowlist } from "@alga-psa/ext-adapters-http/EgressAllowlist"
import { egressBounds, egressTimes } from "@alga-psa/ext-adapters-http/EgressBounds"
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
  ALGA_EXTENSION_RUNNER_EGRESS_TIMEOUT: time(egressTimes.timeout),
  ALGA_EXTENSION_RUNNER_EGRESS_REQUESTS: number(egressBounds.requests),
  ALGA_EXTENSION_RUNNER_EGRESS_CONCURRENCY: number(egressBounds.concurrency)
}
