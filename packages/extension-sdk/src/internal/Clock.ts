let serving = false

/** From here on there is no clock. While a component is built there is one: libraries may ask for the time as they load. */
export const stopClock = (): void => {
  serving = true
}

const checkClock = (): void => {
  if (serving)
    throw new Error("an extension has no clock: take the time from the request, or from what the host answers")
}

/**
 * A `Date` that has no present. On QuickJS the real one traps there, which ends the whole component without a word; on
 * StarlingMonkey it gives the time of the build. Dates that are given are as ever.
 */
export const clocklessDate = (NativeDate: DateConstructor): DateConstructor => {
  const now = (): number => {
    checkClock()
    return NativeDate.now()
  }
  return new Proxy(NativeDate, {
    get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
    apply: (target) => {
      checkClock()
      return target()
    },
    construct: (target, args, newTarget) => {
      if (args.length === 0) checkClock()
      return Reflect.construct(target, args, newTarget)
    }
  })
}

/** `performance` without a clock. */
export const clocklessPerformance = {
  timeOrigin: 0,
  now: (): number => {
    checkClock()
    return 0
  }
}
