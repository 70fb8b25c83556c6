/** What an archive may hold. The opener counts each before it keeps any of it. */
export const archiveBounds = {
  /** Bytes that it unpacks to, headers and padding included: 128 MiB. */
  unpackedBytes: 128 * 1024 * 1024,
  /** Memory that zstd needs to unpack it: 128 MiB, which `zstd --long=27` and `--ultra -22` take. */
  windowBytes: 128 * 1024 * 1024,
  files: 2_000,
  /** Files and directories together. */
  entries: 4_000,
  /** Bytes of the path of one entry. */
  nameBytes: 512,
  /** Bytes of all paths together: 256 KiB. */
  namesBytes: 256 * 1024,
  /** Bytes of one header that carries a long name or attributes (pax, GNU): 8 KiB. */
  extensionBytes: 8 * 1024,
  /** Bytes of all such headers together: 1 MiB. */
  extensionsBytes: 1024 * 1024,
  /** `manifest.json`: 64 KiB. */
  manifestBytes: 64 * 1024,
  /** How deep lists and objects of `manifest.json` may be in each other. */
  manifestDepth: 32,
  /** Entries of a list in `manifest.json` that a host reads. */
  manifestList: 256,
  /** Characters of a text in `manifest.json` that a host reads. */
  manifestText: 256,
  /** All files below `ui/` together: 16 MiB. */
  pageBytes: 16 * 1024 * 1024
} as const
