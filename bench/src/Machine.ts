import { cpus, totalmem } from "node:os"

/** What figures of this machine hold for. */
export const machine = {
  machine: `${cpus().length} x ${cpus()[0]?.model ?? "unknown"}, ${Math.round(totalmem() / 1e9)} GB`,
  node: process.version
}
