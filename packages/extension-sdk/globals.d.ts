/**
 * The globals of a component beside those of the language: what is here is there on both engines, and nothing else is.
 * `"types": ["@alga-psa/ext-extension-sdk/globals"]` in the `tsconfig.json` of an extension's handler takes them in.
 */

/** Writes to the log of the host. Time stands still while a request runs: what is timed takes 0 ms. */
declare var console: {
  debug(...values: ReadonlyArray<unknown>): void
  log(...values: ReadonlyArray<unknown>): void
  info(...values: ReadonlyArray<unknown>): void
  warn(...values: ReadonlyArray<unknown>): void
  error(...values: ReadonlyArray<unknown>): void
  trace(...values: ReadonlyArray<unknown>): void
  dir(value: unknown): void
  dirxml(...values: ReadonlyArray<unknown>): void
  table(data: unknown, columns?: ReadonlyArray<string>): void
  group(...values: ReadonlyArray<unknown>): void
  groupCollapsed(...values: ReadonlyArray<unknown>): void
  groupEnd(): void
  assert(holds?: unknown, ...values: ReadonlyArray<unknown>): void
  count(label?: string): void
  countReset(label?: string): void
  time(label?: string): void
  timeLog(label?: string, ...values: ReadonlyArray<unknown>): void
  timeEnd(label?: string): void
  clear(): void
}

/** Runs once nothing else is left to do, in the order of the delays. It does not wait. */
declare function setTimeout<Args extends ReadonlyArray<unknown>>(
  run: (...args: Args) => void,
  delayMs?: number,
  ...args: Args
): number
declare function clearTimeout(timer?: number): void
/** Runs again and again until it is cleared, without waiting. */
declare function setInterval<Args extends ReadonlyArray<unknown>>(
  run: (...args: Args) => void,
  delayMs?: number,
  ...args: Args
): number
declare function clearInterval(timer?: number): void
declare function queueMicrotask(job: () => void): void

/** A clock that stands still while a request runs. */
declare var performance: { readonly timeOrigin: number; now(): number }

declare function structuredClone<Value>(value: Value): Value

/** Base64 to a text of bytes, one letter each. */
declare function atob(base64: string): string
/** A text of bytes, one letter each, to Base64. */
declare function btoa(text: string): string

interface TextEncoder {
  readonly encoding: string
  encode(text?: string): Uint8Array<ArrayBuffer>
  encodeInto(text: string, into: Uint8Array): { readonly read: number; readonly written: number }
}
declare var TextEncoder: { new (): TextEncoder; readonly prototype: TextEncoder }

interface TextDecoder {
  readonly encoding: string
  readonly fatal: boolean
  readonly ignoreBOM: boolean
  decode(input?: ArrayBuffer | ArrayBufferView, options?: { readonly stream?: boolean }): string
}
/** UTF-8 alone. */
declare var TextDecoder: {
  new (label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean }): TextDecoder
  readonly prototype: TextDecoder
}

interface URLSearchParams {
  readonly size: number
  append(name: string, value: string): void
  delete(name: string, value?: string): void
  get(name: string): string | null
  getAll(name: string): Array<string>
  has(name: string, value?: string): boolean
  set(name: string, value: string): void
  sort(): void
  toString(): string
  forEach(call: (value: string, name: string, all: URLSearchParams) => void): void
  entries(): IterableIterator<[string, string]>
  keys(): IterableIterator<string>
  values(): IterableIterator<string>
  [Symbol.iterator](): IterableIterator<[string, string]>
}
declare var URLSearchParams: {
  new (
    source?: string | URLSearchParams | Iterable<readonly [string, string]> | Readonly<Record<string, string>>
  ): URLSearchParams
  readonly prototype: URLSearchParams
}

interface URL {
  href: string
  readonly origin: string
  protocol: string
  username: string
  password: string
  host: string
  hostname: string
  port: string
  pathname: string
  search: string
  hash: string
  readonly searchParams: URLSearchParams
  toString(): string
  toJSON(): string
}
declare var URL: {
  new (url: string | URL, base?: string | URL): URL
  readonly prototype: URL
  canParse(url: string | URL, base?: string | URL): boolean
  parse(url: string | URL, base?: string | URL): URL | null
}

interface EventInit {
  readonly bubbles?: boolean
  readonly cancelable?: boolean
}
interface Event {
  readonly type: string
  readonly bubbles: boolean
  readonly cancelable: boolean
  readonly defaultPrevented: boolean
  readonly timeStamp: number
  readonly target: EventTarget | null
  readonly currentTarget: EventTarget | null
  preventDefault(): void
  stopPropagation(): void
  stopImmediatePropagation(): void
}
declare var Event: { new (type: string, init?: EventInit): Event; readonly prototype: Event }

interface CustomEvent<Detail = unknown> extends Event {
  readonly detail: Detail
}
declare var CustomEvent: {
  new <Detail = unknown>(type: string, init?: EventInit & { readonly detail?: Detail }): CustomEvent<Detail>
  readonly prototype: CustomEvent
}

type EventListenerOrObject = ((event: Event) => void) | { readonly handleEvent: (event: Event) => void }
interface EventTarget {
  addEventListener(
    type: string,
    listener: EventListenerOrObject | null,
    options?: boolean | { readonly once?: boolean; readonly signal?: AbortSignal }
  ): void
  removeEventListener(type: string, listener: EventListenerOrObject | null): void
  dispatchEvent(event: Event): boolean
}
declare var EventTarget: { new (): EventTarget; readonly prototype: EventTarget }

interface AbortSignal extends EventTarget {
  readonly aborted: boolean
  readonly reason: unknown
  onabort: ((event: Event) => void) | null
  throwIfAborted(): void
}
declare var AbortSignal: {
  readonly prototype: AbortSignal
  abort(reason?: unknown): AbortSignal
  any(signals: Iterable<AbortSignal>): AbortSignal
  timeout(milliseconds: number): AbortSignal
}
interface AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}
declare var AbortController: { new (): AbortController; readonly prototype: AbortController }

interface DOMException extends Error {
  readonly code: number
}
declare var DOMException: { new (message?: string, name?: string): DOMException; readonly prototype: DOMException }

type HeadersInit = Headers | Iterable<readonly [string, string]> | Readonly<Record<string, string>>
interface Headers {
  append(name: string, value: string): void
  set(name: string, value: string): void
  delete(name: string): void
  has(name: string): boolean
  get(name: string): string | null
  getSetCookie(): Array<string>
  forEach(call: (value: string, name: string, headers: Headers) => void): void
  entries(): IterableIterator<[string, string]>
  keys(): IterableIterator<string>
  values(): IterableIterator<string>
  [Symbol.iterator](): IterableIterator<[string, string]>
}
declare var Headers: { new (init?: HeadersInit | null): Headers; readonly prototype: Headers }

/** A body is there as a whole: it cannot be streamed. */
type BodyInit = string | ArrayBuffer | ArrayBufferView | URLSearchParams
interface Body {
  readonly bodyUsed: boolean
  arrayBuffer(): Promise<ArrayBuffer>
  bytes(): Promise<Uint8Array<ArrayBuffer>>
  text(): Promise<string>
  // biome-ignore lint/suspicious/noExplicitAny: as the standard's types have it, so that code written for those compiles
  json(): Promise<any>
}
interface RequestInit {
  readonly method?: string
  readonly headers?: HeadersInit
  readonly body?: BodyInit | null
  readonly redirect?: "manual" | "error"
  readonly signal?: AbortSignal | null
}
interface Request extends Body {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly redirect: "manual" | "error"
  clone(): Request
}
declare var Request: { new (input: string | URL | Request, init?: RequestInit): Request; readonly prototype: Request }

interface ResponseInit {
  readonly status?: number
  readonly statusText?: string
  readonly headers?: HeadersInit
}
interface Response extends Body {
  readonly headers: Headers
  readonly ok: boolean
  readonly redirected: boolean
  readonly status: number
  readonly statusText: string
  readonly type: string
  readonly url: string
  clone(): Response
}
declare var Response: {
  new (body?: BodyInit | null, init?: ResponseInit): Response
  readonly prototype: Response
  json(value: unknown, init?: ResponseInit): Response
  redirect(url: string | URL, status?: number): Response
}

/** A request over `host.http`, which needs `cap:http.fetch`. It follows no redirect. */
declare function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>

/** Random values of the request's seed, and hashes. */
declare var crypto: {
  getRandomValues<View extends ArrayBufferView>(into: View): View
  randomUUID(): `${string}-${string}-${string}-${string}-${string}`
  readonly subtle: {
    digest(algorithm: string | { readonly name: string }, data: ArrayBuffer | ArrayBufferView): Promise<ArrayBuffer>
  }
}

interface Uint8Array<TArrayBuffer extends ArrayBufferLike> {
  toBase64(options?: { readonly alphabet?: "base64" | "base64url"; readonly omitPadding?: boolean }): string
  toHex(): string
}
interface Uint8ArrayConstructor {
  fromBase64(text: string, options?: { readonly alphabet?: "base64" | "base64url" }): Uint8Array<ArrayBuffer>
  fromHex(text: string): Uint8Array<ArrayBuffer>
}
