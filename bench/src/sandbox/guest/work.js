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
  gets: (times) => repeat(times, () => getClient("10000000-0000-4000-8000-000000000000"))
}

export function handler(request) {
  const [, task, times] = request.http.url.split("/")
  return { status: 200, headers: [], body: toBytes(tasks[task](times)) }
}
