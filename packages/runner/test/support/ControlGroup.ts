import { mkdirSync, rmdirSync, writeFileSync } from "node:fs"
import { Effect, Schedule } from "effect"

/** What a group may have. */
export interface GroupLimits {
  readonly memoryMb: number
  readonly pids: number
}

const mount = "/sys/fs/cgroup"

/** By version: the folders of the group, and the files of its limits. */
const versions = (name: string) =>
  [
    {
      folders: [`${mount}/memory/${name}`, `${mount}/pids/${name}`],
      memory: `${mount}/memory/${name}/memory.limit_in_bytes`,
      pids: `${mount}/pids/${name}/pids.max`
    },
    { folders: [`${mount}/${name}`], memory: `${mount}/${name}/memory.max`, pids: `${mount}/${name}/pids.max` }
  ] as const

const foldersOf = ({ memoryMb, pids }: GroupLimits): ReadonlyArray<string> => {
  for (const version of versions(`alga-test-${crypto.randomUUID()}`)) {
    const made: Array<string> = []
    try {
      for (const folder of version.folders) {
        mkdirSync(folder)
        made.push(folder)
      }
      // A file system of control groups makes no file that is not its own.
      writeFileSync(version.memory, String(memoryMb * 1_048_576), { flag: "r+" })
      writeFileSync(version.pids, String(pids), { flag: "r+" })
      return made
    } catch {
      for (const folder of made) rmdirSync(folder)
    }
  }
  return []
}

/** It can go when the last of its processes is gone. */
const remove = (folder: string) =>
  Effect.ignore(
    Effect.retry(
      Effect.try(() => rmdirSync(folder)),
      { schedule: Schedule.spaced("50 millis"), times: 200 }
    )
  )

/**
 * A command that runs Node in a control group of Linux with these limits, where this user may make one, of version 1 or 2; else
 * null. The group goes with the scope.
 */
export const controlGroup = (limits: GroupLimits) =>
  Effect.acquireRelease(
    Effect.sync(() => foldersOf(limits)),
    (folders) => Effect.forEach(folders, remove)
  ).pipe(
    Effect.map((folders): readonly [string, ...ReadonlyArray<string>] | null => {
      const entered = folders.map((folder) => `echo $$ >${folder}/cgroup.procs && `).join("")
      return folders.length === 0 ? null : ["/bin/sh", "-c", `${entered}exec "$0" "$@"`, process.execPath]
    })
  )
