import type { Finding } from "../Finding.ts"

/** What to use in a handler in place of a part of Node. */
const instead: Readonly<Record<string, string>> = {
  ...Object.fromEntries(["fs", "sqlite"].map((name) => [name, "use host.storage for data"])),
  ...Object.fromEntries(
    ["http", "https", "http2", "net", "tls", "dgram", "dns"].map((name) => [
      name,
      "use host.http or fetch for requests"
    ])
  ),
  crypto: "use the global crypto: randomUUID, getRandomValues, subtle.digest",
  buffer: "use Uint8Array, TextEncoder and TextDecoder, atob and btoa",
  string_decoder: "use TextDecoder",
  url: "use the global URL, or parseRequestUrl of the SDK",
  querystring: "use the global URLSearchParams, or parseRequestUrl of the SDK",
  path: "join paths as plain texts with /",
  util: "use the language: structuredClone, TextEncoder, template texts",
  events: "call functions, or keep them in a list",
  timers: "use the global setTimeout",
  perf_hooks: "use Date for the time of the request",
  process: "take settings from host.secrets or from the request",
  os: "take what you need from the request",
  ...Object.fromEntries(["stream", "zlib"].map((name) => [name, "work on the whole body as a Uint8Array"])),
  ...Object.fromEntries(
    ["child_process", "cluster", "worker_threads"].map((name) => [
      name,
      "do the work in the handler, or in parts by host.scheduler"
    ])
  ),
  ...Object.fromEntries(["assert", "test"].map((name) => [name, "import it in tests alone, and throw an Error here"]))
}

/** What to do in a page in place of what Node has. */
export const inBrowser = "a page runs in a browser: use what that has, or ask the handler with callHandlerJson"

/** What is said of an import of a part of Node, such as `node:fs/promises`. */
export const partOfNode = (module: string, inPage: boolean): Pick<Finding, "code" | "remedy" | "text"> => ({
  code: "node-module",
  text: `"${module}" is a part of Node, which ${inPage ? "a page" : "an extension"} does not have`,
  remedy: inPage
    ? inBrowser
    : (instead[module.replace(/^node:/, "").split("/")[0] ?? ""] ??
      "use what the SDK has, or a package that is written for browsers")
})
