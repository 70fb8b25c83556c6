import { readdir, readFile } from "node:fs/promises"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { Duration, Effect, Layer, Metric, Schedule } from "effect"
import manifest from "../package.json" with { type: "json" }

const build = Metric.gauge("alga_extension_runner_build_info", {
  description: "1, with the version of this runner and of Node as labels",
  attributes: { version: manifest.version, node: process.versions.node }
})

const gauge = (name: string, description: string) => Metric.gauge(name, { description })

const processor = Metric.counter("process_cpu_seconds_total", {
  description: "Processor time of this process in seconds, without that of sandbox processes",
  incremental: true
})
const started = gauge("process_start_time_seconds", "When this process started, in seconds since 1970")
const resident = gauge("process_resident_memory_bytes", "Memory of this process, without that of sandbox processes")
const openFiles = gauge("process_open_fds", "Open files and connections of this process")
const mostFiles = gauge("process_max_fds", "How many files and connections this process may have open")
const heapUsed = gauge("nodejs_heap_size_used_bytes", "Heap of this process that is in use")
const heapTotal = gauge("nodejs_heap_size_total_bytes", "Heap of this process")
const external = gauge("nodejs_external_memory_bytes", "Memory of this process outside of its heap, such as bodies")
const lagP99 = gauge(
  "nodejs_eventloop_lag_p99_seconds",
  "How late the main thread was in the last seconds, as the 99th percentile"
)
const lagMax = gauge("nodejs_eventloop_lag_max_seconds", "How late the main thread was at most in the last seconds")

/** How often the figures are taken. The event loop's are of the time since they were taken before. */
const interval = Duration.seconds(5)
const resolutionMs = 20

/** What Linux says of this process's files; null on another system. */
const files = Effect.promise(async () => {
  try {
    const [open, limits] = await Promise.all([readdir("/proc/self/fd"), readFile("/proc/self/limits", "utf8")])
    return { open: open.length, most: Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY) }
  } catch {
    return null
  }
})

const make = Effect.gen(function* () {
  const delay = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const monitor = monitorEventLoopDelay({ resolution: resolutionMs })
      monitor.enable()
      return monitor
    }),
    (monitor) => Effect.sync(() => monitor.disable())
  )
  /** A timer is late by its own resolution at least. */
  const late = (nanos: number) => (Number.isFinite(nanos) ? Math.max(0, nanos / 1e9 - resolutionMs / 1e3) : 0)
  let spent = 0
  const take = Effect.gen(function* () {
    const { system, user } = process.cpuUsage()
    const { external: outside, heapTotal: heap, heapUsed: used, rss } = process.memoryUsage()
    const found = yield* files
    yield* Metric.update(processor, (system + user - spent) / 1e6)
    spent = system + user
    yield* Metric.update(resident, rss)
    yield* Metric.update(heapUsed, used)
    yield* Metric.update(heapTotal, heap)
    yield* Metric.update(external, outside)
    yield* Metric.update(lagP99, delay.count === 0 ? 0 : late(delay.percentile(99)))
    yield* Metric.update(lagMax, delay.count === 0 ? 0 : late(delay.max))
    delay.reset()
    if (found === null) return
    yield* Metric.update(openFiles, found.open)
    yield* Metric.update(mostFiles, found.most)
  })
  yield* Metric.update(build, 1)
  yield* Metric.update(started, Date.now() / 1000 - process.uptime())
  yield* take
  yield* Effect.forkScoped(Effect.repeat(Effect.delay(take, interval), Schedule.forever))
})

/** Figures of this process under their usual names, and which build it is. */
export const layer: Layer.Layer<never> = Layer.effectDiscard(make)
