import type { RecordedValue } from "@alga-psa/ext-extension-sdk/Recording"

/** The global function by which a handler in the process calls the host. */
export const hostCallName = "algaHostCall"

/** The pipes of the process beside its own three and the channel of its messages. */
export const pipes = { calls: 4, answers: 5 } as const

/** A request to the process. */
export interface Asked {
  readonly id: string
  /** The bundled handler. */
  readonly file: string
  readonly request: RecordedValue
}

/** What came of it. */
export type Told =
  | { readonly id: string; readonly response: RecordedValue }
  | { readonly id: string; readonly error: string }

/** A call of the host. The execution is null for one that none makes, as while a module loads. */
export interface Called {
  readonly execution: string | null
  readonly interface: string
  readonly function: string
  readonly args: ReadonlyArray<RecordedValue>
}
