/** A number of bytes as people read it: `812 bytes`, `64.5 KB`, `2.1 MB`, in thousands. */
export const bytesText = (bytes: number): string =>
  bytes < 1_000
    ? `${bytes} ${bytes === 1 ? "byte" : "bytes"}`
    : bytes < 999_950
      ? `${(bytes / 1_000).toFixed(1)} KB`
      : `${(bytes / 1_000_000).toFixed(1)} MB`
