import { type FSWatcher, lstatSync, watch } from "node:fs"
import { join } from "node:path"
import { Effect, Queue, Stream } from "effect"
import { devFiles } from "./DevFiles.ts"

/** Files beside the sources that a build reads, and those of the host around the extension. */
const files: ReadonlySet<string> = new Set([
  ...["manifest.json", "package.json", "tsconfig.json"],
  ...[devFiles.secrets, devFiles.settings, "dev"]
])

const sources = ["src", "ui"]

/** How long files must rest before a change counts, in milliseconds: an editor writes a file in several steps. */
const restMs = 25

/** One element for each burst of changes to an extension's manifest, sources or page. What a build writes is not watched. */
export const changes = (folder: string): Stream.Stream<void> =>
  Stream.callback<void>(
    (queue) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          const watchers = new Map<string, FSWatcher>()
          const changed = () => Queue.offerUnsafe(queue, undefined)
          const drop = (name: string) => {
            watchers.get(name)?.close()
            watchers.delete(name)
          }
          const follow = (name: string) => {
            if (watchers.has(name)) return
            try {
              // What a link of the page leads to is never built, and may be a whole disk.
              if (name === "ui" && !lstatSync(join(folder, name)).isDirectory()) return
              watchers.set(
                name,
                watch(join(folder, name), { recursive: true }, changed).on("error", () => drop(name))
              )
            } catch {
              // Not there: the folder around it says when it comes.
            }
          }
          for (const name of sources) follow(name)
          const root = watch(folder, (_, name) => {
            if (name !== null && sources.includes(name)) {
              drop(name)
              follow(name)
              changed()
            } else if (name === null || files.has(name)) changed()
          })
          return () => {
            root.close()
            for (const watcher of watchers.values()) watcher.close()
          }
        }),
        (close) => Effect.sync(close)
      ),
    { bufferSize: 1, strategy: "sliding" }
  ).pipe(Stream.debounce(restMs))

/** Runs at once, and again after changes, one run at a time. Whatever changes during a run is one more run after it. */
export const afterChanges = <A, E, R>(
  changes: Stream.Stream<void>,
  run: Effect.Effect<A, E, R>
): Effect.Effect<void, E, R> =>
  Stream.merge(changes, Stream.succeed(undefined)).pipe(
    Stream.buffer({ capacity: 1, strategy: "sliding" }),
    Stream.runForEach(() => run)
  )
