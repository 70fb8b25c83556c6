import { manifest } from "./ExtensionFolder.ts"

/** An extension's files beside the usual ones; null leaves one of those out. */
export type Files = Readonly<Record<string, string | null>>

const json = (changes: object): string => JSON.stringify({ ...manifest, ...changes }, null, 2)
const written = (text: string): Files => ({ "manifest.json": text, ...handler("jsonResponse(1)") })
const changed = (changes: object): Files => written(json(changes))

const sdk = "@alga-psa/ext-extension-sdk"

/** A handler that answers `answer`, with `before` at the top of its module. */
function handler(answer: string, before = ""): Files {
  return {
    "src/handler.ts": [
      `import { defineHandler, jsonResponse } from "${sdk}"`,
      ...(before === "" ? [] : [before]),
      `export const handle = defineHandler(async (request, host) => ${answer})`,
      ""
    ].join("\n")
  }
}

const atLoad = (before: string, answer = "jsonResponse(1)"): Files => handler(answer, before)

const page = { type: "iframe", entry: "ui/index.html" }

/** What authors get wrong, by what it is. */
export const mistakes: Readonly<Record<string, Files>> = {
  "no manifest": { "manifest.json": null },
  "a comma behind the last field": written('{\n  "name": "com.example.a",\n}'),
  "a comment in the manifest": written('{\n  // mine\n  "name": "com.example.a"\n}'),
  "single quotes in the manifest": written("{\n  'name': 'com.example.a'\n}"),
  "a comma that is missing in the manifest": written('{\n  "name": "com.example.a"\n  "version": "1.0.0"\n}'),
  "a brace that is not closed": written('{\n  "name": "com.example.a"'),
  "an empty manifest": written(""),
  "a manifest that is a list": written("[]"),
  "fields that are missing": written("{}"),
  "a name without a domain": changed({ name: "My Extension" }),
  "a version of two numbers": changed({ version: "1.0" }),
  "a version with a letter": changed({ version: "v1.0.0" }),
  "a publisher without a name": changed({ publisher: "" }),
  "another runtime": changed({ runtime: "node@20" }),
  "capabilities as one text": changed({ capabilities: "cap:client.read" }),
  "capabilities that are misspelt, without cap:, and known to nobody": changed({
    capabilities: ["cap:clients.read", "client.read", "everything"]
  }),
  "a misspelt field, one that nobody reads, and a page that the manifest does not name": {
    ...changed({ capabilites: [], author: "Ada" }),
    "ui/index.html": "<!doctype html>\n"
  },
  "a field named twice": written(json({}).replace("{", '{ "version": "0.9.0",')),
  "a method in small letters": changed({ api: { endpoints: [{ method: "get", path: "/a", handler: "dist/main" }] } }),
  "a path without a slash": changed({ api: { endpoints: [{ method: "GET", path: "a", handler: "dist/main" }] } }),
  "an endpoint without a handler": changed({ api: { endpoints: [{ method: "GET", path: "/a" }] } }),
  "endpoints that are no list": changed({ api: { endpoints: { method: "GET", path: "/a", handler: "dist/main" } } }),
  "a page of another type": changed({ ui: { type: "page", entry: "ui/index.html" } }),
  "a page outside of ui": changed({ ui: { type: "iframe", entry: "../index.html" } }),
  "a page that is not there": changed({ ui: page }),
  "a page's code without its index.html": { ...handler("jsonResponse(1)"), "ui/src/main.ts": "document.title = 'a'\n" },
  "a part of Node in a page": {
    ...changed({ ui: page }),
    "ui/index.html": "<!doctype html>\n",
    "ui/src/main.ts": 'import { readFileSync } from "node:fs"\nreadFileSync("a")\n'
  },
  "broken code in a page": {
    ...changed({ ui: page }),
    "ui/index.html": "<!doctype html>\n",
    "ui/src/main.ts": "const =\n"
  },
  "a capability that is unused, and named twice": changed({ capabilities: ["cap:storage.kv", "cap:storage.kv"] }),
  "an interface that the world does not have": {
    ...handler("jsonResponse(1)"),
    "package.json": JSON.stringify({ alga: { interfaces: ["client-v2"] } })
  },
  "no entry": { "src/component.ts": null },
  "an entry that exports nothing": { "src/component.ts": "export {}\n" },
  "a handler by default": { "src/component.ts": "export default () => 1\n" },
  "a handler that is no function": { "src/component.ts": "export const handler = 5\n" },
  "broken code": { "src/handler.ts": "export const handle = (\n" },
  "a file that is not there": { "src/handler.ts": 'export { handle } from "./handel.ts"\n' },
  "a package that is not installed": { "src/handler.ts": 'export { handle } from "express"\n' },
  "a name that the SDK does not export": atLoad(`import { jsonAnswer } from "${sdk}"`, "jsonAnswer(1)"),
  "a part of Node": atLoad('import { readFileSync } from "node:fs"', 'jsonResponse(readFileSync("a"))'),
  "Node's crypto": atLoad('import { randomUUID } from "crypto"', "jsonResponse(randomUUID())"),
  "Node's http": atLoad('import { get } from "node:https"', 'jsonResponse(get("https://a.example/"))'),
  "a picture in the handler": {
    ...atLoad('import logo from "./logo.png"', "jsonResponse(logo)"),
    "src/logo.png": "png"
  },
  "await outside of a function": atLoad("const all = await Promise.resolve(1)", "jsonResponse(all)"),
  "two capabilities that are missing, one of fetch, a part of the host and a method that are misspelt, a promise that is not awaited, a handler that answers a text, types that only Node or a browser has, what those have for settings, bytes, languages, stores, sockets and threads, and a missing name while a module loads":
    {
      ...handler(
        '[\n  await host.client.list(),\n  await host.clients.lst(),\n  host.clients.list().items,\n  (await fetch("https://a.example/")).status,\n  types,\n  names()\n].join()',
        'import { names } from "./names.ts"\nimport { types } from "./types.ts"'
      ),
      "src/types.ts": [
        'import type { Stats } from "node:fs"',
        "const half = (all: Buffer | readonly number[]) => all.length / 2",
        "const made: typeof Buffer | null = null",
        "let timer: NodeJS.Timeout | null = null",
        "let stats: Stats | null = null",
        "let found: Document | null = null",
        "export const types = [half([1]), made, timer, stats, found]",
        ""
      ].join("\n"),
      "src/names.ts": [
        'const key = Buffer.from("a")',
        "export const names = () => [",
        "  document.title,",
        "  process.env.TOKEN,",
        '  key.toString("base64"),',
        '  new Intl.NumberFormat("en").format(1),',
        '  (1).toLocaleString("en-US", { style: "currency", currency: "USD" }),',
        '  globalThis.localStorage.getItem("a"),',
        '  String(new WebSocket("wss://a.example/")),',
        '  String(new Worker("a.js"))',
        "]",
        ""
      ].join("\n")
    },
  "a part of Node in the types of a page": {
    ...changed({ ui: page }),
    "ui/index.html": "<!doctype html>\n",
    "ui/src/main.ts": "document.title = process.env.TITLE\n"
  },
  "type errors, and the time in a class that is made while a module loads": atLoad(
    "class Clock {\n  readonly now: number = new Date()\n}\nconst clock = new Clock()",
    "jsonResponse(clock.now.lenght)"
  ),
  "a file that require does not find": handler('jsonResponse(require("./a.json"))'),
  "a host call while a module loads": {
    "manifest.json": json({ capabilities: ["cap:client.read"] }),
    ...atLoad(`import { host as all } from "${sdk}"\nconst clients = all.clients.list()`, "jsonResponse(await clients)")
  },
  "an error while a module loads": atLoad('const setting = JSON.parse("{")', "jsonResponse(setting)"),
  "a component that is not there": { ...changed({}), "src/component.ts": 'export { handler } from "../dist/main.js"\n' }
}
