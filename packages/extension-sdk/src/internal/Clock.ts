import { timeFor } from "./requestFacts.ts"

/**
 * A `Date` whose present is the time of the request, which stands still until the answer. It throws where the host
 * tells none, and while a module loads. The engines' own traps there (QuickJS), or gives the time of the build
 * (StarlingMonkey). Dates with a given time work as usual.
 */
export const requestDate = (NativeDate: DateConstructor): DateConstructor => {
  const now = (): number => timeFor("Date.now()")
  return new Proxy(NativeDate, {
    get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
    apply: (target) => new target(timeFor("Date()")).toString(),
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [timeFor("new Date()")] : args, newTarget)
  })
}

/** `performance` over a clock that stands still from the request on. */
export const requestPerformance = {
  get timeOrigin(): number {
    return timeFor("performance.timeOrigin")
  },
  now: (): number => 0
}
