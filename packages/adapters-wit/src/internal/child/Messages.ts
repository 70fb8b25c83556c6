import type { ModuleState } from "./Transpiler.ts"
import type { Packed } from "./Wire.ts"

/** A core module of the component that a process is bound to. */
export interface LoadedModule {
  /** As the glue asks for it. */
  readonly name: string
  /** Size at the start of each memory that the module defines, in pages. */
  readonly minima: ReadonlyArray<number>
  /** Largest size of each of them. */
  readonly maxima: ReadonlyArray<number>
  /** Where its state can be reached; null where the component's state cannot be set back. */
  readonly state: ModuleState | null
}

/**
 * Binds a process to one component for the rest of its life. The glue's text and then the bytes of each module follow, a
 * frame each.
 */
export interface Load {
  readonly type: "load"
  /** Import names of the component, such as `alga:extension/clients`. */
  readonly imports: ReadonlyArray<string>
  readonly modules: ReadonlyArray<LoadedModule>
  /** Largest size of all memories of one instance together, in pages. */
  readonly pages: number
  /** Why its instances serve one request only; null where they can be set back. */
  readonly unrestorable: string | null
  /** Whether several installs are served, each by instances of its own. */
  readonly shared: boolean
}

/** A message that carries bytes. Each part follows in a frame of its own. */
export interface WithParts {
  readonly parts: number
}

/**
 * Asks for an instance for the next request: the one of the last request is reset, or another is made, and nothing
 * of that request is left in a buffer. The answer is `ready` of {@link FromGuest}.
 */
export interface Prepare {
  readonly type: "prepare"
  /** What the instances that are kept may take together, in bytes; the one used last is always kept. */
  readonly keptBytes: number
}

/** Asks for one call of `handler` on an instance that shows nothing of an earlier request. */
export interface Run extends WithParts {
  readonly type: "run"
  /** Stands for the install in this process. No other has this number, as long as the process lives. */
  readonly install: number
  readonly request: Packed
  readonly responseBytes: number
  readonly headers: number
  readonly headerBytes: number
  readonly hostCallBytes: number
}

/** The answer to a {@link Call}. */
export interface Reply extends WithParts {
  readonly type: "ok" | "error"
  readonly value: Packed
}

/** What the host sends to a guest process. It sends one message and then waits for one. */
export type ToGuest = Load | Prepare | Run | Reply

/** The guest calls a host function and waits for the {@link Reply}. */
export interface Call {
  readonly type: "call"
  readonly interface: string
  readonly function: string
  readonly args: ReadonlyArray<unknown>
}

/** Why a run gave no response. */
export const failReasons = [
  "trap",
  "too-deep",
  "memory-limit",
  "response-too-large",
  "response-header-limit",
  "response-headers-too-large",
  "host-call-too-large",
  "load"
] as const
export type FailReason = (typeof failReasons)[number]

/**
 * Why an instance cannot be set back although its component's state can be reached. Its code called the host or the
 * glue while it started, or shares something unknown with the glue. Or it called a function of the glue that is not a
 * host function, or called one out of turn. Or its memory grew beyond the room for that.
 */
export const obstacles = ["call-at-start", "shared-with-glue", "unusual-call", "memory-grown"] as const

/** What a guest process sends. The host treats every word of it as untrusted. */
export type FromGuest =
  | { readonly type: "ready" }
  | { readonly type: "loaded" }
  | Call
  | {
      readonly type: "done"
      readonly response: unknown
      /** Why the instance is thrown away after this request; null where it is set back. */
      readonly obstacle: string | null
      /** Memory of the whole process, in bytes, as it was looked at lately. */
      readonly residentBytes: number
      /** Whether the instance was refused memory during this request, which it got over. */
      readonly memoryRefused: boolean
      /** Bytes of the instance's memories at the end of this request; 0 where that is not known. */
      readonly memoryBytes: number
    }
  | { readonly type: "fail"; readonly reason: FailReason; readonly detail: string }
