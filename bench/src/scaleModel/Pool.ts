/** What a sandbox may keep. Memory is resident, in MB. */
export interface PoolSetup {
  readonly per: "install" | "component"
  /** Install n is one of component n modulo this. */
  readonly components: number
  readonly idleProcesses: number
  readonly idleMb: number
  readonly idleMs: number
  readonly spares: number
  readonly loadedSpares: number
  /** What a process takes with one instance, and each further instance. */
  readonly processMb: number
  readonly instanceMb: number
}

/** What it takes to have no process or no instance that is ready, in milliseconds of a processor. */
export interface PoolCosts {
  /** To start a process, until it can load a component. */
  readonly start: number
  /** Of requests on a process, more than on one that has served many: the first loads the component, the next compile its code. */
  readonly settling: ReadonlyArray<number>
  /** Of the first request on a process that has loaded the component ahead, instead of the first of these. */
  readonly loadedFirst: number
  /** To make an instance, which is done ahead: after the request that took the last one. */
  readonly instance: number
}

interface Process {
  key: number
  readonly component: number
  /** Whether it has loaded the component, and served nobody. */
  loaded: boolean
  served: number
  idleSince: number
  /** The installs that have an instance in it, the least recent first. */
  installs: ReadonlyArray<number>
}

/** A process for a request. */
export interface Taken {
  readonly process: Process
  /** What is added to the request, and what its process has to do after it, in milliseconds of a processor. */
  readonly more: number
  readonly after: number
  readonly found: Found
}

/** What a request found: its instance, a process without its instance, one loaded ahead, or none. */
export type Found = "instance" | "process" | "loaded" | "none"

/** Sandbox processes, as the real pool decides about them. */
export interface Pool {
  readonly take: (install: number, then: (taken: Taken) => void) => void
  /** Notes that a request was answered, whose process has things to do after it. */
  readonly answered: (process: Process) => void
  /** Takes a process back that has done what it had to after its request. */
  readonly give: (process: Process) => void
  readonly processes: () => number
  /** Resident, in MB. */
  readonly memory: () => number
}

/** What a pool needs of the machine it is on. */
export interface PoolMachine {
  readonly now: () => number
  readonly at: (time: number, run: () => void) => void
  /** Works for so many milliseconds of a processor, for which no request waits. */
  readonly work: (milliseconds: number, done: () => void) => void
}

const mostInstances = 128
/** Of the memory at which a process is replaced, in MB, instances may have half. */
const instancesMb = 256
/** What a process takes beside its instances, by which the real pool counts. */
const besideInstancesMb = 64
/** Below this, processes of the same component make room for each other's instances. */
const leastShareMb = 80
/** How long is waited in all for processes of one component before another one starts. */
const mostWaitMs = 100
const demandHalfMs = 60_000
const muchMore = 2

interface Waiter {
  readonly key: number
  readonly since: number
  readonly install: number
  readonly then: (taken: Taken) => void
}

/** A pool that is empty but for its spares. */
export const makePool = (setup: PoolSetup, costs: PoolCosts, { at, now, work }: PoolMachine): Pool => {
  const all = new Set<Process>()
  /** Least recently used first. */
  let idle: ReadonlyArray<Process> = []
  let waiters: ReadonlyArray<Waiter> = []
  /** Processes that have answered and are not back, with who gets them then. */
  const settling = new Map<Process, ((process: Process) => void) | null>()
  const waited = new Map<number, number>()
  const loading = new Set<number>()
  const demand = new Map<number, { readonly requests: number; readonly last: number }>()
  let spares = setup.spares
  let starting = 0

  const componentOf = (install: number): number => install % setup.components
  const keyOf = (install: number): number => (setup.per === "install" ? install : componentOf(install))
  const memoryOf = ({ installs }: Process): number =>
    setup.processMb + setup.instanceMb * Math.max(0, installs.length - 1)
  const memory = (of: Iterable<Process>): number => [...of].reduce((sum, process) => sum + memoryOf(process), 0)
  const extraOf = (served: number): number => costs.settling[served] ?? 0

  const fill = (): void => {
    if (spares + starting >= setup.spares) return
    starting += 1
    work(costs.start, () => {
      starting -= 1
      spares += 1
    })
  }

  /** A process that has loaded nothing, and what it costs to have it now. */
  const fresh = (install: number, loaded: boolean): { readonly process: Process; readonly cost: number } => {
    const process: Process = {
      key: keyOf(install),
      component: componentOf(install),
      loaded,
      served: 0,
      idleSince: 0,
      installs: []
    }
    all.add(process)
    const cost = spares > 0 ? 0 : costs.start
    spares = Math.max(0, spares - 1)
    fill()
    return { process, cost }
  }

  const end = (process: Process): void => {
    idle = idle.filter((other) => other !== process)
    all.delete(process)
  }

  const serve = (process: Process, install: number, more: number, found: Found): Taken => {
    const isNew = setup.per === "component" && !process.installs.includes(install)
    process.key = keyOf(install)
    process.loaded = false
    process.served += 1
    process.installs = [...process.installs.filter((other) => other !== install), install]
    return { process, more, after: isNew ? costs.instance : 0, found }
  }

  const serveKept = (process: Process, install: number): Taken =>
    serve(process, install, extraOf(process.served), process.installs.includes(install) ? "instance" : "process")

  const start = (install: number): Taken => {
    const { cost, process } = fresh(install, false)
    return serve(process, install, cost + extraOf(0), "none")
  }

  const remove = (process: Process): Process => {
    idle = idle.filter((other) => other !== process)
    return process
  }

  const takeLoaded = (install: number): Taken | undefined => {
    const ahead = idle.find(({ component, loaded }) => loaded && component === componentOf(install))
    return ahead && serve(remove(ahead), install, costs.loadedFirst, "loaded")
  }

  const takeIdle = (install: number): Process | undefined => {
    const bound = idle.filter(({ key, loaded }) => !loaded && key === keyOf(install))
    return bound.findLast(({ installs }) => installs.includes(install)) ?? bound.at(-1)
  }

  const waitFor = (install: number, then: Waiter["then"]): void => {
    const key = keyOf(install)
    const waiter: Waiter = { key, since: now(), install, then }
    waiters = [...waiters, waiter]
    at(now() + Math.max(0, mostWaitMs - (waited.get(key) ?? 0)), () => {
      if (!waiters.includes(waiter)) return
      waiters = waiters.filter((other) => other !== waiter)
      waited.set(key, 0)
      then(takeLoaded(install) ?? start(install))
    })
  }

  const endIdle = (): void => {
    const oldest = now() - setup.idleMs
    const since = ({ component, idleSince, loaded }: Process): number =>
      loaded ? (demand.get(component)?.last ?? 0) : idleSince
    for (const process of idle.filter((one) => since(one) < oldest)) end(process)
  }

  const take: Pool["take"] = (install, then) => {
    endIdle()
    const kept = takeIdle(install)
    if (kept !== undefined) return then(serveKept(remove(kept), install))
    const soon = settling.entries().find(([{ key }, claim]) => key === keyOf(install) && claim === null)
    if (soon !== undefined) return void settling.set(soon[0], (process) => then(serveKept(process, install)))
    const isAtWork = [...all].some((process) => process.key === keyOf(install) && !process.loaded)
    if (setup.per === "component" && isAtWork) return waitFor(install, then)
    then(takeLoaded(install) ?? start(install))
  }

  /** What each process may take of the memory for idle ones, in MB. */
  const share = (): number => setup.idleMb / Math.max(1, all.size)

  const leastNeeded = (): Process | undefined => {
    const kept = idle.filter(({ loaded }) => !loaded)
    if (kept.length > setup.idleProcesses) return kept[0]
    const others = (one: Process) => kept.some((other) => other !== one && other.key === one.key)
    const spared = kept.find((one) => one.installs.length > 1 && others(one))
    if (share() < leastShareMb && spared !== undefined) return spared
    const isTooMuch = idle.length > 1 && memory(idle) > setup.idleMb
    return isTooMuch ? (idle.find(({ loaded }) => loaded) ?? kept[0]) : undefined
  }

  const keep = (process: Process): void => {
    process.idleSince = now()
    idle = [...idle, process]
    for (let least = leastNeeded(); least !== undefined; least = leastNeeded()) end(least)
  }

  const give: Pool["give"] = (process) => {
    const most = Math.min(instancesMb, share() - besideInstancesMb)
    const room = Math.min(mostInstances, Math.floor(most / setup.instanceMb))
    process.installs = process.installs.slice(-Math.max(1, room))
    const claim = settling.get(process)
    settling.delete(process)
    if (claim) return claim(process)
    const waiter = waiters.find(({ key }) => key === process.key)
    if (waiter === undefined) return keep(process)
    waiters = waiters.filter((other) => other !== waiter)
    waited.set(waiter.key, (waited.get(waiter.key) ?? 0) + now() - waiter.since)
    waiter.then(serveKept(process, waiter.install))
  }

  const demandOf = (component: number): number => {
    const asked = demand.get(component)
    return asked === undefined ? 0 : asked.requests * 0.5 ** ((now() - asked.last) / demandHalfMs)
  }

  const makeRoomToLoad = (component: number): boolean => {
    const loaded = idle.filter((process) => process.loaded)
    const isRoom = memory(idle) + setup.processMb <= setup.idleMb
    if (isRoom && loaded.length + loading.size < setup.loadedSpares) return true
    const least = loaded.toSorted((a, b) => demandOf(a.component) - demandOf(b.component))[0]
    if (least === undefined || demandOf(component) < muchMore * demandOf(least.component)) return false
    end(least)
    return true
  }

  const loadAhead = (component: number): void => {
    if (setup.loadedSpares === 0) return
    demand.set(component, { requests: demandOf(component) + 1, last: now() })
    const isThere = loading.has(component) || idle.some((process) => process.loaded && process.component === component)
    if (isThere || !makeRoomToLoad(component)) return
    loading.add(component)
    const { cost, process } = fresh(component, true)
    work(cost + Math.max(0, extraOf(0) - costs.loadedFirst), () => {
      loading.delete(component)
      keep(process)
    })
  }

  const answered: Pool["answered"] = (process) => {
    settling.set(process, null)
    loadAhead(process.component)
  }

  return { take, answered, give, processes: () => all.size, memory: () => memory(all) }
}
