import type { ExecuteRequest, ExecuteResponse } from "@alga-psa/extension-runtime"

/** A call of the world that a component makes. Absent options are null, bytes are a `Uint8Array`, 64-bit numbers are `bigint`. */
export interface WorldCall {
  /** The interface, such as `clients`. */
  readonly interface: string
  /** The function, such as `listClients`. */
  readonly function: string
  readonly args: ReadonlyArray<unknown>
}

/** What the host answers: a value in the same form, or the code of an error. */
export type WorldReply = { readonly ok: unknown } | { readonly error: string }

/** Answers a call of the world. */
export type AnswerCall = (call: WorldCall) => Promise<WorldReply>

/** Which extension, and how. */
export interface SandboxOptions {
  /** The extension's folder. Default: the working directory. */
  readonly folder?: string | undefined
  /** The module that exports `handler`. Default: `src/component.ts`. */
  readonly entry?: string | undefined
  /** Default: `quickjs`. */
  readonly engine?: "quickjs" | "starlingmonkey" | undefined
  /** How long a request may take, in milliseconds. Default: the host's own limit. */
  readonly timeoutMs?: number | undefined
  /** How much memory the component may take, in MiB. Default: the host's own limit. */
  readonly memoryMb?: number | undefined
}

/** A built component in the sandbox that a host has: its limits, processes of its own, and nothing but the world. */
export interface SandboxedComponent {
  /** The handler's answer. Rejects with what `answer` rejected with, and where the component gave no answer. */
  readonly run: (
    request: ExecuteRequest,
    answer: AnswerCall,
    /**
     * The capabilities that its host says the execution has, as far as the manifest declares them; null for a host that does not
     * say. Default: those of the manifest.
     */
    granted?: ReadonlyArray<string> | null
  ) => Promise<ExecuteResponse>
  /** Ends its processes. */
  readonly close: () => Promise<void>
}
