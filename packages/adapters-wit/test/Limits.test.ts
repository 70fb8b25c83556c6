import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { capped, defaultLimits, Limits, lower, memoryPages } from "../src/index.ts"

const valid = Schema.is(Limits)

const maxima = {
  timeoutMs: 300_000,
  cpuMs: 300_000,
  memoryMb: 512,
  headers: 10_000,
  headerBytes: 1_048_576,
  hostCallValues: 50_000,
  hostCallTotalBytes: 1_073_741_824,
  logBytes: 67_108_864,
  componentBytes: 134_217_728,
  glueBytes: 33_554_432,
  requestBodyBytes: 67_108_864,
  responseBodyBytes: 67_108_864,
  hostCalls: 100_000,
  hostCallBytes: 67_108_864,
  logLines: 100_000,
  logLineBytes: 1_048_576
}

describe("Limits", () => {
  it("has defaults that are valid", () => {
    assert.isTrue(valid(defaultLimits))
  })

  it("bounds memory and bodies as the product does", () => {
    const { memoryMb, requestBodyBytes, responseBodyBytes } = defaultLimits
    assert.deepEqual([memoryMb, requestBodyBytes, responseBodyBytes], [256, 10_485_760, 10_485_760])
  })

  it.each(Object.entries(maxima))("takes %s of %d, and not more", (name, maximum) => {
    assert.isTrue(valid({ ...defaultLimits, [name]: maximum }))
    assert.isFalse(valid({ ...defaultLimits, [name]: maximum + 1 }))
    assert.isFalse(valid({ ...defaultLimits, [name]: -1 }))
    assert.isFalse(valid({ ...defaultLimits, [name]: 20.5 }))
  })

  it("counts 16 pages to a MiB", () => {
    assert.strictEqual(memoryPages({ memoryMb: 64 }), 1_024)
  })
})

describe("lower", () => {
  it.each([
    { asked: { timeoutMs: 1_000, memoryMb: 16 }, timeoutMs: 1_000, memoryMb: 16 },
    { asked: { timeoutMs: 25_001, memoryMb: 257 }, timeoutMs: 25_000, memoryMb: 256 },
    { asked: {}, timeoutMs: 25_000, memoryMb: 256 },
    { asked: { timeoutMs: null, memoryMb: Number.NaN }, timeoutMs: 25_000, memoryMb: 256 },
    { asked: { timeoutMs: Number.POSITIVE_INFINITY, memoryMb: 0 }, timeoutMs: 25_000, memoryMb: 1 },
    { asked: { timeoutMs: -5, memoryMb: 1.9 }, timeoutMs: 1, memoryMb: 1 }
  ])("makes $asked into $timeoutMs ms and $memoryMb MiB", ({ asked, timeoutMs, memoryMb }) => {
    const limits = lower(defaultLimits, asked)
    assert.deepEqual(limits, { ...defaultLimits, timeoutMs, memoryMb })
    assert.isTrue(valid(limits))
  })
})

describe("capped", () => {
  it("takes the smaller of each limit", () => {
    const most = { ...defaultLimits, memoryMb: 32, hostCalls: 5_000 }
    assert.deepEqual(capped({ ...defaultLimits, hostCalls: 2_000 }, most), {
      ...defaultLimits,
      memoryMb: 32,
      hostCalls: 2_000
    })
  })
})
