import { Result } from "effect"

/** What extensions may be let out to: the hosts that are equal to it or below it, by one scheme and at one port. */
export interface EgressEntry {
  readonly protocol: "http:" | "https:"
  /** As a URL has it: lower case, Punycode, an IPv6 address in brackets. */
  readonly hostname: string
  readonly port: number
}

const form = /^(?:(https?):\/\/)?((?:\[[0-9a-f:.]+\]|[^\s:/?#@\\%*[\],]+))(?::(\d{1,5}))?$/i
const usualPort = { "http:": 80, "https:": 443 }

const protocolOf = (protocol: string): EgressEntry["protocol"] | null =>
  protocol === "http:" || protocol === "https:" ? protocol : null

const portOf = (url: URL, protocol: EgressEntry["protocol"]): number =>
  url.port === "" ? usualPort[protocol] : Number(url.port)

const entryOf = (text: string): EgressEntry | null => {
  const [, scheme = "https", host = "", port] = form.exec(text) ?? []
  const url = URL.parse(`${scheme}://${host}${port === undefined ? "" : `:${port}`}/`)
  const protocol = protocolOf(url?.protocol ?? "")
  const isWhole = host.startsWith("[") || url?.hostname.split(".").every((label) => label !== "")
  if (url === null || protocol === null || !isWhole || url.port === "0") return null
  return { protocol, hostname: url.hostname, port: portOf(url, protocol) }
}

/**
 * Reads the entries of an allow-list, with commas between them: `[http://|https://]host[:port]`. `https` and the scheme's usual
 * port count where nothing is said. Fails with what is wrong, and names the entry by its number.
 */
export const parseEgressAllowlist = (text: string): Result.Result<ReadonlyArray<EgressEntry>, string> => {
  const texts = text.split(",").map((one) => one.trim())
  const entries = texts.map((one) => (one === "" ? [] : [entryOf(one)]))
  const wrong = entries.findIndex(([entry]) => entry === null)
  return wrong < 0
    ? Result.succeed(entries.flat().filter((entry) => entry !== null))
    : Result.fail(
        `must have entries such as api.example.com, api.example.com:8443 or http://api.example.com; entry ${wrong + 1} is invalid. ` +
          "Subdomains count without *, and there is no path, user or dot at the end"
      )
}

/** The entry that covers a URL, or none. */
export const entryFor = (entries: ReadonlyArray<EgressEntry>, url: URL): EgressEntry | undefined => {
  const protocol = protocolOf(url.protocol)
  return entries.find(
    (entry) =>
      entry.protocol === protocol &&
      entry.port === portOf(url, protocol) &&
      (url.hostname === entry.hostname || url.hostname.endsWith(`.${entry.hostname}`))
  )
}

/** An entry as it is written in the allow-list, with its scheme and port. */
export const showEgressEntry = ({ hostname, port, protocol }: EgressEntry): string => `${protocol}//${hostname}:${port}`
