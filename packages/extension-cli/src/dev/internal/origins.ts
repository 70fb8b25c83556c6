/** An address that an author lets out to: a host and those below it, by one scheme and at one port. */
export interface AllowedOrigin {
  readonly protocol: string
  readonly hostname: string
  readonly port: string
}

const form = /^(?:https?:\/\/)?[^\s/?#@\\*]+$/i

/** Reads `[http://|https://]host[:port]`; without a scheme it is https. Null where it is no such text. */
export const parseOrigin = (given: unknown): AllowedOrigin | null => {
  if (typeof given !== "string" || !form.test(given)) return null
  const url = URL.parse(/^https?:/i.test(given) ? given : `https://${given}`)
  return url === null ? null : { protocol: url.protocol, hostname: url.hostname, port: url.port }
}

const isName = (hostname: string): boolean => /[a-z]$/i.test(hostname)

/** Whether one of the addresses covers a URL. Below `example.com` is `api.example.com`; nothing is below an IP address. */
export const isAllowed = (origins: ReadonlyArray<AllowedOrigin>, url: URL): boolean =>
  origins.some(
    ({ hostname, port, protocol }) =>
      protocol === url.protocol &&
      port === url.port &&
      (hostname === url.hostname || (isName(hostname) && url.hostname.endsWith(`.${hostname}`)))
  )
