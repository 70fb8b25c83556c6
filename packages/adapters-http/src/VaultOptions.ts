/** Where Vault is, and what proves the runner to it. */
export interface VaultOptions {
  readonly address: URL
  /** The transit engine's mount, where an envelope names none. */
  readonly mount: string
  readonly namespace: string | null
  /** The file that holds the token. It is read for each request. */
  readonly tokenFile: string
}
