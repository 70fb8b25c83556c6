/** `Event` of the DOM Standard, without a tree: its target is the one object it was dispatched to. */
export class Event {
  readonly type: string
  readonly bubbles: boolean
  readonly cancelable: boolean
  readonly timeStamp = 0
  target: EventTarget | null = null
  #prevented = false
  #stopped = false

  constructor(type: string, init: { readonly bubbles?: boolean; readonly cancelable?: boolean } = {}) {
    this.type = String(type)
    this.bubbles = init.bubbles ?? false
    this.cancelable = init.cancelable ?? false
  }

  get currentTarget(): EventTarget | null {
    return this.target
  }

  get defaultPrevented(): boolean {
    return this.#prevented
  }

  preventDefault(): void {
    if (this.cancelable) this.#prevented = true
  }

  stopPropagation(): void {}

  stopImmediatePropagation(): void {
    this.#stopped = true
  }

  /** Whether a listener asked that no other is called. */
  static isStopped(event: Event): boolean {
    return event.#stopped
  }

  /** Lets an event that was stopped be dispatched again. */
  static restart(event: Event): void {
    event.#stopped = false
  }

  get [Symbol.toStringTag](): string {
    return "Event"
  }
}

/** `CustomEvent` of the DOM Standard. */
export class CustomEvent extends Event {
  readonly detail: unknown

  constructor(type: string, init: ConstructorParameters<typeof Event>[1] & { readonly detail?: unknown } = {}) {
    super(type, init)
    this.detail = init.detail ?? null
  }

  override get [Symbol.toStringTag](): string {
    return "CustomEvent"
  }
}

type Listener = ((event: Event) => void) | { readonly handleEvent: (event: Event) => void }

interface ListenerOptions {
  readonly once?: boolean
  readonly signal?: { readonly aborted: boolean; addEventListener: (type: "abort", run: () => void) => void }
}

interface Registered {
  readonly type: string
  readonly listener: Listener
  readonly once: boolean
}

/** `EventTarget` of the DOM Standard. A listener that throws does not hold up the others: its error is logged. */
export class EventTarget {
  readonly #listeners: Array<Registered> = []

  addEventListener(type: string, listener: Listener | null, options: ListenerOptions | boolean = {}): void {
    const { once = false, signal } = typeof options === "object" ? options : {}
    if (listener === null || signal?.aborted) return
    if (this.#listeners.some((known) => known.type === type && known.listener === listener)) return
    this.#listeners.push({ type, listener, once })
    signal?.addEventListener("abort", () => this.removeEventListener(type, listener))
  }

  removeEventListener(type: string, listener: Listener | null): void {
    const at = this.#listeners.findIndex((known) => known.type === type && known.listener === listener)
    if (at >= 0) this.#listeners.splice(at, 1)
  }

  dispatchEvent(event: Event): boolean {
    event.target = this
    for (const known of this.#listeners.filter(({ type }) => type === event.type)) {
      if (Event.isStopped(event)) break
      if (!this.#listeners.includes(known)) continue
      if (known.once) this.removeEventListener(known.type, known.listener)
      try {
        if (typeof known.listener === "function") known.listener.call(this, event)
        else known.listener.handleEvent(event)
      } catch (error) {
        console.error("a listener threw:", error)
      }
    }
    Event.restart(event)
    return !event.defaultPrevented
  }

  get [Symbol.toStringTag](): string {
    return "EventTarget"
  }
}
