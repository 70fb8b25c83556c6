/** What the server writes into a host page's document, for its script. */
export interface HostSettings {
  /** Where the extension's page is; null where it has none. */
  readonly frame: string | null
  /** Names the frame for those who cannot see it. */
  readonly title: string
  readonly extensionId: string
  readonly session: string
}
