import { execFile } from "node:child_process"
import { access, constants } from "node:fs/promises"
import { promisify } from "node:util"
import { Effect } from "effect"
import { NodeUnsuitable } from "../../NodeUnsuitable.ts"
import { requiredNode } from "../../RequiredNode.ts"
import { TellsConfinement } from "../../TellsConfinement.ts"

/** The user that sandbox processes run as. */
export interface SandboxUser {
  readonly uid: number
  readonly gid: number
}

/** A command that runs the command behind it, with less than this program may do. */
export type Confinement = ReadonlyArray<string>

/** Processor time, in seconds, after which the system ends a process that nobody watches any more. */
const processorSeconds = 3_600

const shells = ["/bin/sh", "/usr/bin/sh"]
const setprivs = ["/usr/bin/setpriv", "/bin/setpriv", "/sbin/setpriv"]
const limits = `ulimit -c 0; ulimit -f 0; ulimit -t ${processorSeconds}; exec "$@"`
/** A machine with much to do takes seconds for each of the programs that a trial starts. */
const trialMs = 60_000

const firstExecutable = async (paths: ReadonlyArray<string>): Promise<string | null> => {
  for (const path of paths) {
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false
    )
    if (executable) return path
  }
  return null
}

/** Whether a command runs with this confinement. A slow trial fails: else a busy machine would get a weaker confinement. */
const works = Effect.fnUntraced(function* (confinement: Confinement, execPath: string) {
  const [command = execPath, ...rest] = [...confinement, execPath, "--version"]
  const trial = Effect.promise((signal) =>
    promisify(execFile)(command, rest, { env: {}, signal }).then(
      () => true,
      () => false
    )
  )
  return yield* Effect.timeoutOrElse(trial, {
    duration: trialMs,
    orElse: () => {
      const found = `nothing that answers in ${trialMs / 1_000} seconds`
      return Effect.fail(new NodeUnsuitable({ execPath, found, required: requiredNode }))
    }
  })
})

const userFlags = ({ gid, uid }: SandboxUser): ReadonlyArray<string> => [
  `--reuid=${uid}`,
  `--regid=${gid}`,
  "--clear-groups"
]

const candidates = async (user: SandboxUser | null): Promise<ReadonlyArray<Confinement>> => {
  const shell = await firstExecutable(shells)
  const setpriv = await firstExecutable(setprivs)
  const withLimits = shell === null ? [] : [shell, "-c", limits, "sh"]
  if (setpriv === null) return user === null ? [withLimits, []] : []
  const orphans = ["--pdeathsig=KILL"]
  const flags = ["--no-new-privs", ...(user === null ? [] : userFlags(user))]
  const bounded = ["--inh-caps=-all", "--bounding-set=-all"]
  const commands = [
    [setpriv, ...flags, ...bounded, ...orphans],
    [setpriv, ...flags, ...orphans],
    [setpriv, ...flags]
  ]
  return [...commands.map((command) => [...withLimits, ...command]), ...(user === null ? [withLimits, []] : [])]
}

const noNewPrivileges = "--no-new-privs"

const parts: ReadonlyArray<readonly [flag: string, is: string]> = [
  [noNewPrivileges, "no new privileges"],
  ["--bounding-set=-all", "no capabilities"],
  ["--pdeathsig=KILL", "ends with the runner"],
  [limits, "no core dumps and no files"]
]

/**
 * Says what is taken from each sandbox process beside Node's permission model, and warns where it could gain privileges. What
 * runs as no administrator keeps its empty set of capabilities.
 */
export const tellConfinement = (confinement: Confinement): Effect.Effect<void> =>
  Effect.flatMap(TellsConfinement, (tells) => {
    if (!tells) return Effect.void
    const taken = parts.filter(([flag]) => confinement.includes(flag)).map(([, is]) => is)
    const line = confinement.includes(noNewPrivileges)
      ? Effect.logInfo("sandbox processes are confined")
      : Effect.logWarning("sandbox processes are confined less than they can be")
    return Effect.annotateLogs(line, { confinement: taken.length === 0 ? "none" : taken.join(", ") })
  })

/**
 * By program and user: the strictest confinement, once it has worked, so that it is not tried again. A weaker one is never kept:
 * the strictest may have failed only once.
 */
const strictest = new Map<string, Confinement>()

/**
 * The strictest confinement that works on this system, found by trying. With `setpriv` of util-linux: no new privileges,
 * no capabilities, an end when this program ends however it ends, and a user of its own where one is asked for. With a
 * POSIX shell: no core dumps, no files written, an hour of processor time. Elsewhere nothing: the process then has what
 * Node's permission model leaves it. Fails where the user that is asked for cannot be had, and where a trial takes too long.
 */
export const findConfinement = Effect.fnUntraced(function* (execPath: string, user: SandboxUser | null) {
  const key = JSON.stringify([execPath, user])
  const known = strictest.get(key)
  if (known !== undefined) return known
  for (const [weakness, confinement] of (yield* Effect.promise(() => candidates(user))).entries()) {
    if (!(yield* works(confinement, execPath))) continue
    if (weakness === 0) strictest.set(key, confinement)
    return confinement
  }
  return yield* new NodeUnsuitable({
    execPath,
    found: user === null ? "nothing that runs" : `nothing that runs as user ${user.uid} of group ${user.gid}`,
    required: requiredNode
  })
})
