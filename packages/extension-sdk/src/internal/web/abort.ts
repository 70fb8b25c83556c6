import { Event, EventTarget } from "./events.ts"

const making = Symbol("AbortSignal")

/** `AbortSignal` of the DOM Standard. */
export class AbortSignal extends EventTarget {
  #onabort: ((event: Event) => void) | null | undefined
  #aborted = false
  #reason: unknown

  constructor(from?: typeof making) {
    super()
    if (from !== making) throw new TypeError("AbortSignal: make an AbortController, and take its signal")
  }

  get aborted(): boolean {
    return this.#aborted
  }

  get reason(): unknown {
    return this.#reason
  }

  get onabort(): ((event: Event) => void) | null {
    return this.#onabort ?? null
  }

  set onabort(run: ((event: Event) => void) | null) {
    if (this.#onabort === undefined) this.addEventListener("abort", (event) => this.#onabort?.(event))
    this.#onabort = run
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason
  }

  override get [Symbol.toStringTag](): string {
    return "AbortSignal"
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal(making)
    AbortSignal.end(signal, reason)
    return signal
  }

  /** A delay only orders timers: the signal is aborted when nothing else is left to do before it. */
  static timeout(milliseconds: number): AbortSignal {
    const signal = new AbortSignal(making)
    const reason = () => new DOMException("the time was over", "TimeoutError")
    setTimeout(() => AbortSignal.end(signal, reason()), milliseconds)
    return signal
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const signal = new AbortSignal(making)
    for (const one of signals) {
      if (one.aborted) {
        AbortSignal.end(signal, one.reason)
        break
      }
      one.addEventListener("abort", () => AbortSignal.end(signal, one.reason), { once: true })
    }
    return signal
  }

  /** A signal that nothing has aborted. */
  static make(): AbortSignal {
    return new AbortSignal(making)
  }

  /** Aborts a signal, the first time that it is asked to. */
  static end(signal: AbortSignal, reason: unknown = new DOMException("it was aborted", "AbortError")): void {
    if (signal.#aborted) return
    signal.#aborted = true
    signal.#reason = reason
    signal.dispatchEvent(new Event("abort"))
  }
}

/** `AbortController` of the DOM Standard. */
export class AbortController {
  readonly signal = AbortSignal.make()

  abort(reason?: unknown): void {
    AbortSignal.end(this.signal, reason)
  }

  get [Symbol.toStringTag](): string {
    return "AbortController"
  }
}
