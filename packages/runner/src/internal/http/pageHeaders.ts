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

const caching = {
  /** Named by its content, and so kept for ever. */
  file: "public, max-age=31536000, immutable",
  /** Asked for each time, so that a page whose install was switched off is gone. */
  document: "no-cache",
  /** Not what was asked for, and so never kept. */
  fallback: "no-store"
} as const

/** How long what is served may be kept, by what it is. */
export type Kept = keyof typeof caching

/** The headers of each file of an extension's page. */
export const pageHeaders = (kept: Kept, etag: string, frameAncestors: string) => ({
  ...(kept === "fallback" ? {} : { etag }),
  "cache-control": caching[kept],
  "content-security-policy": policy(frameAncestors),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer"
})

/** Whether one of the tags of an `if-none-match` is this one. */
export const hasTag = (given: string, etag: string): boolean =>
  given.split(",").some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "") === etag)
