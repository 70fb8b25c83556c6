/** A compiled core module. */
export interface CoreModule {
  readonly coreModule: unique symbol
}

/** A core instance. */
export interface CoreInstance {
  readonly exports: Readonly<Record<string, unknown>>
}

/** A linear memory. */
export interface CoreLinearMemory {
  readonly buffer: ArrayBuffer
  /** Grows by so many pages; gives the size before. */
  readonly grow: (pages: number) => number
}

/** A global variable of a numeric type. */
export interface CoreGlobal {
  value: number | bigint
}

/** The part of the WebAssembly interface that the sandbox uses; TypeScript has types for it only with the DOM. */
export interface CoreWasm {
  readonly Module: new (bytes: Uint8Array) => CoreModule
  readonly validate: (bytes: Uint8Array) => boolean
  readonly Instance: new (module: CoreModule, imports: object) => CoreInstance
  readonly Memory: abstract new (...args: ReadonlyArray<never>) => CoreLinearMemory
  Global: new (type: { readonly value: string; readonly mutable?: boolean }, value: number) => CoreGlobal
  readonly RuntimeError: new (message: string) => Error
}

/** The engine's WebAssembly. */
export const coreWasm = (globalThis as unknown as { readonly WebAssembly: CoreWasm }).WebAssembly

/** The engine's own constructor of globals, whatever stands in its place for the glue. */
export const EngineGlobal = coreWasm.Global

/** Bytes of a page of linear memory. */
export const pageBytes = 65_536
