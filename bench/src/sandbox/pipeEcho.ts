import { Buffer } from "node:buffer"
import { readSync, writeSync } from "node:fs"

const answer = Buffer.alloc(Number(process.argv[2]), 120)

const readExactly = (length: number): void => {
  const bytes = Buffer.allocUnsafe(length)
  for (let filled = 0; filled < length; ) {
    const count = readSync(0, bytes, filled, length - filled, null)
    if (count === 0) process.exit(0)
    filled += count
  }
}

/** Waits, blocking, for so many bytes, and answers with so many: nothing but a pipe. */
for (;;) {
  readExactly(Number(process.argv[3]))
  writeSync(1, answer)
}
