import { describe, expect, it } from "vitest"
import { clocklessDate, clocklessPerformance, stopClock } from "../src/internal/Clock.ts"

const ClocklessDate = clocklessDate(Date)

describe("the clock of a component", () => {
  it("is there while the component is built, and gone once it serves", () => {
    expect(ClocklessDate.now()).toBeGreaterThan(0)
    expect(new ClocklessDate().getTime()).toBeGreaterThan(0)
    expect(clocklessPerformance.now()).toBe(0)
    stopClock()
    for (const ask of [ClocklessDate.now, () => new ClocklessDate(), () => ClocklessDate(), clocklessPerformance.now]) {
      expect(ask).toThrow("an extension has no clock")
    }
  })

  it("does not touch dates that are given", () => {
    stopClock()
    const given = new ClocklessDate("2024-02-29T12:00:00Z")
    expect(given).toBeInstanceOf(Date)
    expect(given).toBeInstanceOf(ClocklessDate)
    expect(given.toISOString()).toBe("2024-02-29T12:00:00.000Z")
    expect(ClocklessDate.parse("1970-01-01T00:00:01Z")).toBe(1000)
    expect(new (class extends ClocklessDate {})(5).getTime()).toBe(5)
  })
})
