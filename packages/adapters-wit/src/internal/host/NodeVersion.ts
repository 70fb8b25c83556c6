import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { Effect } from "effect"
import { NodeUnsuitable } from "../../NodeUnsuitable.ts"
import { requiredNode } from "../../RequiredNode.ts"

/** Succeeds where `execPath` is a Node of at least the major version that the sandbox needs. */
export const checkNode = Effect.fnUntraced(function* (execPath: string) {
  const version = yield* execPath === process.execPath
    ? Effect.succeed(process.version)
    : Effect.map(
        Effect.tryPromise({
          try: () => promisify(execFile)(execPath, ["--version"], { env: {}, timeout: 60_000 }),
          catch: () => new NodeUnsuitable({ execPath, found: "nothing that runs", required: requiredNode })
        }),
        ({ stdout }) => stdout.trim()
      )
  if (Number(/^v(\d+)\./.exec(version)?.[1]) < requiredNode || !/^v\d+\./.test(version)) {
    return yield* new NodeUnsuitable({ execPath, found: version, required: requiredNode })
  }
})
