import { serve } from "@alga-psa/ext-extension-sdk/component"
const hoard = (make) => { const kept = []; for (;;) kept.push(make(kept.length)) }
const texts = () => hoard((i) => String(i).padEnd(1000000, "\u00e4"))
const bytes = () => hoard(() => new Uint8Array(5000000))
const promises = async () => hoard((i) => Promise.resolve(i))
const recursion = () => recursion() + 1
const tasks = { texts, bytes, promises, recursion }
const caught = (task) => { try { task() } catch (error) { return String(error) } }
export const handler = serve(async ({ http }) => {
  const [, way, task] = http.url.split("/")
  if (way === "back") return { status: 200, body: http.body }
  if (way === "hoard") await tasks[task]()
  return { status: 200, body: new TextEncoder().encode(caught(tasks[task])) }
})
