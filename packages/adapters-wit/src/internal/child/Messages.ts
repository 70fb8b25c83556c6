import type { Packed } from "./Wire.ts"

/** Binds a process to one component for the rest of its life. */
export interface Load {
  readonly type: "load"
  /** URL of the generated glue. */
  readonly glue: string
  /** Import names of the component, such as `alga:extension/clients`. */
  readonly imports: ReadonlyArray<string>
  readonly modules: ReadonlyArray<{
    /** As the glue asks for it. */
    readonly name: string
    readonly path: string
    /** Largest size of each memory that the module defines, in pages. */
    readonly maxima: ReadonlyArray<number>
  }>
  /** Largest size of all memories of one instance together, in pages. */
  readonly pages: number
}

/** Asks for one call of `handler` on a fresh instance. */
export interface Run {
  readonly type: "run"
  readonly request: Packed
  readonly responseBytes: number
  readonly hostCallBytes: number
}

/** The answer to a {@link Call}. */
export type Reply = { readonly type: "ok"; readonly value: Packed } | { readonly type: "error"; readonly value: Packed }

/** What the host sends to a guest process. It sends one message and then waits for one. */
export type ToGuest = Load | Run | Reply

/** The guest calls a host function and waits for the {@link Reply}. */
export interface Call {
  readonly type: "call"
  readonly interface: string
  readonly function: string
  readonly args: ReadonlyArray<Packed>
}

/** Why a run gave no response. */
export type FailReason = "trap" | "response-too-large" | "host-call-too-large" | "load"

/** What a guest process sends. The host treats every word of it as untrusted. */
export type FromGuest =
  | { readonly type: "ready" }
  | { readonly type: "loaded" }
  | Call
  | { readonly type: "done"; readonly response: Packed }
  | { readonly type: "fail"; readonly reason: FailReason; readonly detail: string }
