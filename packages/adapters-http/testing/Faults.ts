import { Buffer } from "node:buffer"
import type { Fault } from "./Server.ts"

/** What a hostile or broken server says, to be looked for where it must not be. */
export const leak = "postgres://owner:hunter2@10.0.0.7/alga"

const json = { "content-type": "application/json" }
const answering =
  (status: number, body: string | Buffer, headers: Readonly<Record<string, string>> = json): Fault =>
  (response) => {
    response.writeHead(status, headers)
    response.end(body)
  }

/** A server that is away, slow, breaks off, lies or talks nonsense, each in its own way. */
export const faults = {
  "hangs up at once": (response) => response.socket?.destroy(),
  "is silent": () => {},
  "breaks off in the middle": (response) => {
    response.writeHead(200, { ...json, "content-length": "100" })
    response.write(`{"leak":"${leak}"`, () => response.socket?.destroy())
  },
  "breaks off a chunk": (response) => {
    response.writeHead(200, json)
    response.write(`{"leak":"${leak}"`, () => response.socket?.destroy())
  },
  "says a length and sends less": (response) => {
    response.writeHead(200, { ...json, "content-length": "1000" })
    response.write("{}")
  },
  "sends more than the length that it says": (response) => {
    response.socket?.write(`HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 200 ${leak}`)
  },
  "talks something else than HTTP": (response) => {
    response.socket?.end(`SSH-2.0 ${leak}\r\n`)
  },
  "answers 500": answering(500, JSON.stringify({ error: leak })),
  "answers 502 in HTML": answering(502, `<html>${leak}</html>`, { "content-type": "text/html" }),
  "sends elsewhere": answering(302, "", { location: "http://127.0.0.1:1/elsewhere" }),
  "answers HTML as 200": answering(200, `<html>${leak}</html>`, { "content-type": "text/html" }),
  "answers broken JSON": answering(200, `{"leak":"${leak}",`),
  "answers other JSON": answering(200, JSON.stringify({ leak })),
  "answers with nothing": answering(200, ""),
  "answers more than it may": answering(200, Buffer.alloc(9 * 1_048_576, 0x20)),
  "has a head that never ends": (response) => {
    response.socket?.write(`HTTP/1.1 200 OK\r\n${`x-more: ${"a".repeat(1_000)}\r\n`.repeat(40)}`)
  }
} as const satisfies Readonly<Record<string, Fault>>
