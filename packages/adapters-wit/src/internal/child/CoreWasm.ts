/** A compiled core module. */
export interface CoreModule {
  readonly coreModule: unique symbol
}

/** The part of the WebAssembly interface that the sandbox uses; TypeScript has types for it only with the DOM. */
export interface CoreWasm {
  readonly Module: new (bytes: Uint8Array) => CoreModule
  readonly Instance: new (
    module: CoreModule,
    imports: object
  ) => { readonly exports: Readonly<Record<string, unknown>> }
  readonly RuntimeError: new (message: string) => Error
}

/** The engine's WebAssembly. */
export const coreWasm = (globalThis as unknown as { readonly WebAssembly: CoreWasm }).WebAssembly
