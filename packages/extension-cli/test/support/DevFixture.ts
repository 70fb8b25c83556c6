import { randomUUID } from "node:crypto"
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const cache = fileURLToPath(new URL("../../.cache", import.meta.url))

const manifest = {
  name: "com.example.counter",
  publisher: "Example",
  version: "0.1.0",
  runtime: "wasm-js@1",
  capabilities: ["cap:client.read"],
  ui: { type: "iframe", entry: "ui/index.html" },
  api: { endpoints: [{ method: "GET", path: "/api/count", handler: "dist/main" }] }
}

/** A handler that counts clients, logs a line, and throws when it is told to. `greeting` shows which one answered. */
export const handlerSource = (greeting: string): string => `import {
  defineHandler,
  errorResponse,
  isHostError,
  jsonResponse,
  parseRequestUrl
} from "@alga-psa/ext-extension-sdk"

const fail = (): never => {
  throw new TypeError("broken on purpose")
}

export const handle = defineHandler(async (request, host) => {
  const [, route] = parseRequestUrl(request.http.url).segments
  if (route === "throw") fail()
  if (route === "wrong") await host.clients.list({ pageSize: 500 })
  if (route === "all") for await (const _client of host.clients.all({ search: "a\\0" })) fail()
  await host.logging.warn("about to count")
  try {
    const { totalCount } = await host.clients.list({ search: "", pageSize: 2 })
    return jsonResponse({ greeting: ${JSON.stringify(greeting)}, totalCount })
  } catch (error) {
    if (isHostError(error)) return errorResponse(error.code)
    throw error
  }
})
`

/** A frame of a stack where {@link handlerSource} throws. The bundler may have given the function another name. */
export const throwsAt: RegExp = /at fail\d* \(src\/handler\.ts:10:\d+\)/

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Counter</title><script type="module" src="./main.js"></script></head>
<body><h1>Counter</h1><output id="answer"></output></body></html>
`

/** A page without any library, which asks once and shows what it got. */
const script = `const host = new URLSearchParams(location.search).get("parentOrigin")
const tell = (type, payload, request_id) => parent.postMessage({ alga: true, version: "1", type, payload, request_id }, host)
addEventListener("message", ({ data, origin }) => {
  if (origin !== host) return
  const { body, error } = data.payload
  if (data.type === "apiproxy_response") document.getElementById("answer").textContent = error ?? atob(body)
})
tell("ready", {})
tell("apiproxy", { route: "/api/count", method: "GET" }, "count")
`

/** Writes a file of an extension whole: whoever watches the folder sees one change, and never the half of one. */
const writeWhole = async (folder: string, name: string, text: string): Promise<void> => {
  const file = join(folder, name)
  // A file of this name is none of the extension's.
  const draft = join(folder, `.draft-${randomUUID()}`)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(draft, text)
  await rename(draft, file)
}

/** An extension in a folder of its own, where the packages of this workspace can be found. */
export interface DevFixture {
  readonly folder: string
  readonly write: (name: string, text: string) => Promise<void>
  readonly read: (name: string) => Promise<string>
  readonly remove: () => Promise<void>
}

/** Writes the extension. */
export const devFixture = async (): Promise<DevFixture> => {
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, "dev-"))
  const write = (name: string, text: string) => writeWhole(folder, name, text)
  await write("manifest.json", JSON.stringify(manifest))
  await write("src/handler.ts", handlerSource("one"))
  await write(
    "src/component.ts",
    'import { serve } from "@alga-psa/ext-extension-sdk/component"\nimport { handle } from "./handler.ts"\n\nexport const handler = serve(handle)\n'
  )
  await write("ui/index.html", page)
  await write("ui/main.js", script)
  return {
    folder,
    write,
    read: (name) => readFile(join(folder, name), "utf8"),
    remove: () => rm(folder, { recursive: true, force: true })
  }
}
