import type { Frame, FrameLocator } from "playwright-core"

const document = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Everything</title><script type="module" src="./main.js"></script></head>
<body><h1>Everything</h1><textarea id="calls" aria-label="Calls"></textarea><button id="call" disabled>Call</button><output id="answer"></output></body></html>
`

const script = `const host = new URLSearchParams(location.search).get("parentOrigin")
const tell = (type, payload, request_id) => parent.postMessage({ alga: true, version: "1", type, payload, request_id }, host)
const answer = document.getElementById("answer")
addEventListener("message", ({ data, origin }) => {
  if (origin !== host || data.type !== "apiproxy_response") return
  const { body, error } = data.payload
  answer.textContent = error ?? new TextDecoder().decode(Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0)))
})
document.getElementById("call").addEventListener("click", () => {
  answer.textContent = ""
  const bytes = new TextEncoder().encode(document.getElementById("calls").value)
  tell("apiproxy", { route: "/api/calls", method: "POST", body: btoa(String.fromCharCode(...bytes)) }, "calls")
})
document.getElementById("call").disabled = false
tell("ready", {})
`

/** A page, by its files, that sends the calls that are typed into it to its handler, and shows what came of each. */
export const callsPage: Readonly<Record<"ui/index.html" | "ui/main.js", string>> = {
  "ui/index.html": document,
  "ui/main.js": script
}

/** Has such a page make calls, and gives what came of each. */
export const callByPage = async (
  frame: Frame | FrameLocator,
  calls: ReadonlyArray<ReadonlyArray<unknown>>
): Promise<ReadonlyArray<unknown>> => {
  await frame.getByLabel("Calls").fill(JSON.stringify(calls))
  await frame.getByRole("button", { name: "Call" }).click()
  await frame.locator("#answer", { hasText: /./ }).waitFor()
  return JSON.parse((await frame.locator("#answer").textContent()) ?? "")
}
