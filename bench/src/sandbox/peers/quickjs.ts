import { getQuickJS, type QuickJSContext, type QuickJSHandle } from "quickjs-emscripten"
import { find, page, work } from "../MockData.ts"
import type { PeerRequest } from "./Peer.ts"

const offer = (context: QuickJSContext, name: string, call: (argument: QuickJSHandle | undefined) => unknown): void => {
  const made = context.newFunction(name, (argument) => context.newString(JSON.stringify(call(argument))))
  context.setProp(context.global, name, made)
  made.dispose()
}

/** A runtime and a context for each request, in one instance of the engine. */
export const make = async (): Promise<PeerRequest> => {
  const engine = await getQuickJS()
  return async () => {
    const runtime = engine.newRuntime({ memoryLimitBytes: 64 * 1_048_576 })
    const context = runtime.newContext()
    try {
      offer(context, "list", () => page)
      offer(context, "get", (id) => find(id && context.getString(id)))
      const result = context.unwrapResult(context.evalCode(`${work}; work(list, get)`))
      const text = context.getString(result)
      result.dispose()
      return text
    } finally {
      context.dispose()
      runtime.dispose()
    }
  }
}
