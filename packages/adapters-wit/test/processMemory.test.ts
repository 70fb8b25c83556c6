import { assert, describe, it } from "@effect/vitest"
import { processMemory, processMemoryIn } from "../src/internal/host/processMemory.ts"

const status = `Name:	node
VmPTE:	     648 kB
VmSwap:	      10 kB
RssAnon:	   10688 kB
RssFile:	   37320 kB
RssShmem:	       2 kB
Threads:	6
`

describe("The memory of a process", () => {
  it("is what it has for itself, and what it has of files", () => {
    assert.deepStrictEqual(processMemoryIn(status), { own: (648 + 10 + 10_688 + 2) * 1_024, file: 37_320 * 1_024 })
  })

  it("is not known of a process that is gone, and of a kernel's thread", () => {
    assert.isNull(processMemoryIn("Name:	kthreadd\nThreads:	1\n"))
    assert.isNull(processMemory(-1))
  })

  it("is known of this one", () => {
    assert.isAbove(processMemory(process.pid)?.own ?? 0, 0)
  })
})
