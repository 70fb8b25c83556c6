import { getClient, listClients } from "alga:extension/clients"

const input = { search: undefined, includeInactive: undefined, page: 1, pageSize: 25 }

const toBytes = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0))

const work = () => {
  const first = listClients(input)
  const one = getClient(first.items[0].clientId)
  const second = listClients(input)
  const other = getClient(second.items[24].clientId)
  return JSON.stringify({
    total: first.totalCount + second.totalCount,
    names: first.items.map((item) => item.clientName),
    one: one.clientName,
    other: other.clientName
  })
}

const repeat = (times, call) => {
  for (let left = Number(times); left > 0; left--) call()
  return ""
}

const tasks = {
  work,
  loop: () => {
    for (;;);
  },
  lists: (times) => repeat(times, () => listClients(input)),
  gets: (times) => repeat(times, () => getClient("10000000-0000-4000-8000-000000000000")),
  page: (pageSize) => repeat(1, () => listClients({ ...input, pageSize: Number(pageSize) })),
  answer: (bytes) => new Uint8Array(Number(bytes)).fill(97),
  take: (_, body) => String(body?.length),
  grow: (mebibytes) => String(new Uint8Array(Number(mebibytes) * 1048576).fill(1).length)
}

export function handler(request) {
  const [, task, argument] = request.http.url.split("/")
  const answer = tasks[task](argument, request.http.body)
  return { status: 200, headers: [], body: typeof answer === "string" ? toBytes(answer) : answer }
}
