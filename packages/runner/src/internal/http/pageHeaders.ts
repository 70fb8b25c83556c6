/** A page loads its own files and nothing else, and talks to its host by messages only. */
const policy = (frameAncestors: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "media-src 'self'",
    "connect-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
    `frame-ancestors ${frameAncestors}`
  ].join("; ")

/** The headers of each file of an extension's page. It is named by its content, and so is kept for ever. */
export const pageHeaders = (etag: string, frameAncestors: string) => ({
  etag,
  "cache-control": "public, max-age=31536000, immutable",
  "content-security-policy": policy(frameAncestors),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer"
})

/** Whether one of the tags of an `if-none-match` is this one. */
export const hasTag = (given: string, etag: string): boolean =>
  given.split(",").some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "") === etag)
