/**
 * What `whatwg-url` asks of `tr46`, whose tables of all letters would make a third of a megabyte of every component. A host
 * name in ASCII stays as it is, in lower case; of any other the build's caller is told what to do.
 */
export const toASCII = (domain: string): string => {
  if (/^[\0-\x7f]*$/.test(domain)) return domain.toLowerCase()
  throw new TypeError(`URL: the host name ${domain} must be written in ASCII, as xn--…`)
}

/** A host name as it is shown. */
export const toUnicode = (domain: string): { readonly domain: string; readonly error: boolean } => ({
  domain,
  error: false
})
