import type { Capability } from "@alga-psa/ext-domain"

/** A place in an author's source. */
export interface SourcePlace {
  /** Relative to the extension's folder. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

/** A place as people read it: `src/handler.ts:12:5`. */
export const atPlace = ({ column, file, line }: SourcePlace): string => `${file}:${line}:${column}`

/** A use of one part of the host. */
export interface HostUse extends SourcePlace {
  readonly capability: Capability
  /** The interface of the world that it goes to, such as `user-v2`. */
  readonly interface: string
  /** False where a value without a type has a part of that name, which may be another value's. */
  readonly certain: boolean
  /** As it is written: `host.clients`, or `alga:extension/clients`. */
  readonly written: string
}

/** A place from which any part of the host may be used: what follows has no types. */
export interface HostEscape extends SourcePlace {
  readonly why: string
}

/** What the code of a component asks of its host. */
export interface HostUsage {
  readonly uses: ReadonlyArray<HostUse>
  readonly escapes: ReadonlyArray<HostEscape>
  /** Whether the `handler` that the entry exports can be called, as far as types tell. */
  readonly callable: boolean
}
