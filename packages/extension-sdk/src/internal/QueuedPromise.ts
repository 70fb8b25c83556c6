/// <reference path="./promise-polyfill.d.ts" />
import PolyfilledPromise from "promise-polyfill"
import { report } from "./Console.ts"
import { jobs } from "./jobs.ts"

const overArrays = {
  all: PolyfilledPromise.all,
  allSettled: PolyfilledPromise.allSettled,
  race: PolyfilledPromise.race
}

type OverArray = (values: ReadonlyArray<unknown>) => Promise<unknown>

const overIterable =
  (combine: OverArray) =>
  (values: Iterable<unknown>): Promise<unknown> =>
    new PolyfilledPromise((resolve) => resolve(combine.call(PolyfilledPromise, [...values])))

/** The first that is fulfilled; an `AggregateError` of all reasons, in order, where none is. */
const any = (values: Iterable<unknown>): Promise<unknown> =>
  new PolyfilledPromise((resolve, reject) => {
    const given = [...values]
    const reasons: Array<unknown> = new Array(given.length)
    let pending = given.length
    const fail = () => reject(new AggregateError(reasons, "All promises were rejected"))
    if (pending === 0) fail()
    for (const [at, value] of given.entries()) {
      PolyfilledPromise.resolve(value).then(resolve, (reason: unknown) => {
        reasons[at] = reason
        pending -= 1
        if (pending === 0) fail()
      })
    }
  })

const withResolvers = () => {
  let resolve: (value: unknown) => void = () => {}
  let reject: (reason: unknown) => void = () => {}
  const promise = new PolyfilledPromise((fulfil, fail) => {
    resolve = fulfil
    reject = fail
  })
  return { promise, resolve, reject }
}

Object.assign(PolyfilledPromise, {
  _immediateFn: jobs.enqueue,
  _unhandledRejectionFn: (reason: unknown) => report("warn", ["a rejected promise was never handled:", reason]),
  all: overIterable(overArrays.all as OverArray),
  allSettled: overIterable(overArrays.allSettled as OverArray),
  any,
  race: overIterable(overArrays.race as OverArray),
  withResolvers,
  try: (run: (...args: ReadonlyArray<unknown>) => unknown, ...args: ReadonlyArray<unknown>) =>
    new PolyfilledPromise((resolve) => resolve(run(...args)))
})
Object.defineProperty(PolyfilledPromise, "name", { value: "Promise", configurable: true })
Object.defineProperty(PolyfilledPromise.prototype, Symbol.toStringTag, { value: "Promise", configurable: true })

/** The standard promise, with its jobs in a queue that this component runs itself. */
export const QueuedPromise: PromiseConstructor = PolyfilledPromise
