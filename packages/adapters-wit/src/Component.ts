/** A core module of a component and the memories that it defines. */
export interface ComponentModule {
  /** As the generated glue asks for it. */
  readonly name: string
  readonly path: string
  /** SHA-256 of the file's bytes, which whoever reads it checks. */
  readonly sha256: string
  /** In pages of 64 KiB. */
  readonly memories: ReadonlyArray<{ readonly minimum: number; readonly maximum: number | null }>
  /** The imports and exports that intake added to reach its state; null where the component's cannot be set back. */
  readonly state: {
    readonly marker: string
    readonly memories: ReadonlyArray<string>
    readonly globals: ReadonlyArray<string>
    readonly pages: boolean
  } | null
}

/** A component that passed intake and can run. Only the component store makes one. */
export interface Component {
  /** SHA-256 of the component's bytes: 64 lower-case hexadecimal digits. */
  readonly hash: string
  /** Path of the generated glue. */
  readonly glue: string
  /** SHA-256 of its bytes, which whoever reads it checks. */
  readonly glueSha256: string
  /** Import names, such as `alga:extension/clients`, sorted. */
  readonly imports: ReadonlyArray<string>
  readonly modules: ReadonlyArray<ComponentModule>
  /** Why each request needs an instance of its own; null where one instance can be reset after a request. */
  readonly unrestorable: string | null
}
