import { find, page, work } from "../MockData.ts"
import type { PeerRequest } from "./Peer.ts"

/** An isolate for each request, with 64 MiB at most, from a snapshot of the guest's code. */
export const make = async (): Promise<PeerRequest> => {
  const { default: ivm } = await import("isolated-vm")
  const snapshot = ivm.Isolate.createSnapshot([{ code: `${work}; globalThis.work = work` }])
  return async () => {
    const isolate = new ivm.Isolate({ snapshot, memoryLimit: 64 })
    try {
      const context = await isolate.createContext()
      await context.global.set("list", new ivm.Callback(() => JSON.stringify(page)))
      await context.global.set("get", new ivm.Callback((id: string) => JSON.stringify(find(id))))
      return String(await context.eval("work(list, get)", { timeout: 25_000 }))
    } finally {
      isolate.dispose()
    }
  }
}
